"""What tests of charts share: Helm, renders, and the rules that every object has to keep."""
