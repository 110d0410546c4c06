"""Property tests have no deadline for one example: on a busy machine any of them may stand still for a while."""

from hypothesis import settings

settings.register_profile(
    "any-machine", settings.get_profile(settings.get_current_profile_name()), deadline=None
)
settings.load_profile("any-machine")
