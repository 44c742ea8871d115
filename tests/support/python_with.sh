# For scripts: a Python that has NumPy and what else they need.
# SPDX-License-Identifier: GPL-3.0-or-later

# python_with WHO MODULES PACKAGES: sets `python` to the first that imports MODULES ("numpy, pandas"); where there is none, says
# so as WHO, with the packages that bring it, and ends the script well.
python_with() {
    for python in python3 /usr/bin/python3; do
        "$python" -c "import $2" 2>/dev/null && return
    done
    echo "$1: skipped: no python3 has ${2/, / and }; apt-get install $3"
    exit 0
}
