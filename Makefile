# `make serve` and `make test` need python3 with venv, and nothing else: uv is taken from PATH,
# or put into .venv. `--inexact` lets uv, the tests and the service share that one environment.
UV := $(or $(shell command -v uv 2>/dev/null),.venv/bin/uv)
RUN := $(UV) run --frozen --inexact
# The tests start many processes: each reads what the first has compiled.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: serve test check judge

serve: $(UV)
	$(RUN) --no-dev positions serve $(ARGS)

test: $(UV)
	$(RUN) pytest $(ARGS)

check: $(UV)
	$(UV) lock --check
	$(RUN) --group browser ruff format --check
	$(RUN) --group browser ruff check
	$(RUN) --group browser mypy
	$(RUN) --group browser lint-imports

judge: $(UV)
	UV='$(UV)' scripts/judge-openapi

.venv/bin/uv:
	python3 -m venv .venv || { echo 'python3 has no venv; on Debian: apt install python3-venv' >&2; exit 1; }
	.venv/bin/pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'
