#!/bin/sh
# The documentation as a site, in build/site; a warning is an error. It needs `pip install ".[docs]"`.
set -e
cd "$(dirname "$0")/.."
python -m sphinx -W --keep-going -q -c docs -b html . build/site "$@"
echo "build/site/docs/contents.html"
