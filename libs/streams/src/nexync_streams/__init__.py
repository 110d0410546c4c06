"""What a stream is: commands become events (`deciding`), events become state (`fold`), readers see spans (`seeing`).

Pure code without I/O, clock or chance: the same log always gives the same events and numbers.
"""
