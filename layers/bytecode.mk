# Bytecode for the Python that runs the functions. A layer is read-only there: what it lacks is compiled in every
# cold start, which nearly doubles the import. The files are not compared with their sources (unchecked-hash):
# both come from one build, and their times differ on Lambda.
#
# Another Python than 3.13 makes nothing that Lambda can use. RUNTIME_PYTHON names it where it is not on PATH.
RUNTIME_PYTHON ?= $(shell for python in python3.13 "$$HOME"/.pyenv/versions/3.13*/bin/python3.13; do \
	"$$python" -c "" 2>/dev/null && { echo "$$python"; break; }; done)

define ADD_BYTECODE
@if [ -n "$(RUNTIME_PYTHON)" ]; then \
	"$(RUNTIME_PYTHON)" -m compileall -q -j 0 --invalidation-mode unchecked-hash \
		-s "$(ARTIFACTS_DIR)" -p /opt "$(ARTIFACTS_DIR)"; \
else echo "No Python 3.13 here, so no bytecode: functions start slower. RUNTIME_PYTHON=... names one." >&2; fi
endef
