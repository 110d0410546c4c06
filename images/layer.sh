# Part of images/python.Dockerfile: after a step that added to /opt/venv, compile what was not there
# before (its ctime is newer than that of /before) and keep it in /layer, with the time of all files
# set to SOURCE_DATE_EPOCH. Compiled files go by no time stamp, so nothing depends on when this ran.
set -eu
cd /
find opt/venv -cnewer before -name '*.py' | sed 's,^,/,' >/new.txt
python -m compileall -q --invalidation-mode unchecked-hash -i /new.txt
mkdir -p layer/opt/venv
find opt/venv \( -type f -o -type l \) -cnewer before -print0 | tar --null -cT - | tar -xC layer
find layer -exec touch -h -d "@${SOURCE_DATE_EPOCH:-0}" {} +
