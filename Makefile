# One command for each chore. `make` alone lists them.
#
#   make test PYTHON=python3.13             with another Python (3.11, 3.12 or 3.13)
#   make test ARGS='tests/unit -k dense'    with arguments for pytest
#
# All chores work in $(VENV). It is made when it is missing, and remade when PYTHON is given
# and is of another version. Nothing is installed again until pyproject.toml (for `make sample`
# also the code) changes.

PYTHON ?= python3
VENV := .venv
ARGS ?=

# python3 may be one that is too new. A .venv that is there is used, unless PYTHON was given.
HAVE := $(wildcard $(VENV)/bin/python)
ASK := $(if $(filter file,$(origin PYTHON)),$(or $(HAVE),$(PYTHON)),$(PYTHON))
VERSION := $(shell $(ASK) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)

WHEEL := build/wheel
RUN := $(VENV)/bin/python -m
PIP := $(RUN) pip install --quiet --disable-pip-version-check
MADE := $(VENV)/.made-$(or $(VERSION),unknown)
TEST := $(VENV)/.installed-test
# `make sample` installs like a user does. What `make test` installed serves as well.
PLAIN := $(or $(wildcard $(TEST)),$(VENV)/.installed)
SOURCES := $(shell find exporter neurongraph queries -name '*.py' -o -name '*.cypher' 2>/dev/null)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help install sample test full lint format check bench faults hub zoo fuzz wheel docs pictures \
	screenshots site train clean

help: ## List the chores.
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | \
		while IFS='|' read -r chore words; do printf '%-18s %s\n' "$$chore" "$$words"; done

install: $(TEST) ## Make the .venv, with the package and the tools of the other chores.

sample: $(PLAIN) ## Load the sample model into digits.lbug and query it.
	$(VENV)/bin/neurongraph load samples/digits.keras --graph digits.lbug --replace
	$(VENV)/bin/neurongraph query strongest_paths --graph digits.lbug \
		source=input_layer target=dense_1 k=3
	@printf '%s\n' '' 'The graph is in digits.lbug. Go on with it, such as by:' \
		'  . $(VENV)/bin/activate' \
		'  neurongraph view --graph digits.lbug' \
		'or, without the first line, by $(CURDIR)/$(VENV)/bin/neurongraph'

test: $(TEST) ## Run the tests, of heavy families some. ARGS='...' goes to pytest.
	$(RUN) pytest $(ARGS)

lint: $(TEST) ## Check style, format, types, and which room imports which.
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(VENV)/bin/lint-imports --no-logo

format: $(TEST) ## Format the code and fix what can be fixed.
	$(RUN) ruff check --fix-only .
	$(RUN) ruff format .

full: $(TEST) ## Run all tests, with whole families and those that take minutes.
	$(RUN) pytest -m 'not bench and not faults' $(ARGS)

check: lint test ## Do lint and test, before every commit.

bench: $(TEST) ## Measure speed and print it.
	$(RUN) pytest tests/bench -s -m bench -n 0 $(ARGS)

faults: $(TEST) ## Break loads in every way, resume them, and print what was lost.
	$(RUN) pytest tests/faults -m 'faults or not faults' -n 0 $(ARGS)

hub: $(TEST) ## Replay backbones of keras-hub, and print which. It takes minutes.
	$(RUN) pytest tests/hub -s -m 'full or not full' -n 0 $(ARGS)

zoo: $(TEST) ## Replay every model of keras.applications. It takes a while.
	$(RUN) pytest tests/zoo -s -m 'full or not full' -n 0 $(ARGS)

fuzz: $(TEST) ## Open a thousand damaged model files, and count what comes of it.
	$(RUN) tests.faults.fuzz_opener $(or $(ARGS),1000)

# It runs outside of the repository. ARGS='...' adds a run of pytest in the same environment.
wheel: ## Install a wheel into an empty environment, and load and query the sample there.
	rm -rf $(WHEEL)
	$(ASK) -m venv $(WHEEL)/venv
	$(WHEEL)/venv/bin/python -m pip wheel --quiet --no-deps --wheel-dir $(WHEEL) .
	$(WHEEL)/venv/bin/python -m pip install --quiet $(WHEEL)/*.whl
	folder=$$(mktemp -d) && cd "$$folder" && \
		neurongraph='$(CURDIR)/$(WHEEL)/venv/bin/neurongraph' && \
		"$$neurongraph" load '$(CURDIR)/samples/digits.keras' --graph digits.lbug && \
		"$$neurongraph" query strongest_paths --graph digits.lbug \
			source=input_layer target=dense_1 k=3 && \
		rm -r "$$folder"
ifneq ($(ARGS),)
	$(WHEEL)/venv/bin/python -m pip install --quiet --editable '.[test]'
	$(WHEEL)/venv/bin/python -m pytest $(ARGS)
endif

docs: $(TEST) ## Write the generated parts of the documentation again.
	$(RUN) tests.generate_docs

pictures: $(TEST) ## Draw the pictures of the documentation again. Needs Chromium and Graphviz.
	$(RUN) tests.docs.plots_page

screenshots: $(TEST) ## Take the pictures of the documentation again; needs Chromium.
	$(RUN) tests.browser.screenshots

site: $(TEST) ## Build the documentation as web pages in build/site.
	NO_MKDOCS_2_WARNING=1 $(RUN) mkdocs build --strict

train: $(VENV)/.installed-samples ## Train the samples again.
	$(VENV)/bin/python samples/train_digits.py
	$(VENV)/bin/python samples/train_repeat.py

clean: ## Delete what the other chores made, with the .venv.
	rm -rf $(VENV) digits.lbug* build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(MADE):
	@case '$(VERSION)' in \
	3.11|3.12|3.13) ;; \
	*) echo 'neurongraph needs Python 3.11, 3.12 or 3.13, and $(ASK) is' \
		"$(or $(VERSION),not there): try make PYTHON=python3.13" >&2; exit 1 ;; \
	esac
	@if [ -x $(VENV)/bin/python ] && $(VENV)/bin/python -c \
		'import pip, sys; sys.exit("%d.%d" % sys.version_info[:2] != "$(VERSION)")' 2>/dev/null; \
	then echo 'Using the $(VENV) that is there, of Python $(VERSION).'; \
	else echo 'Making $(VENV) with Python $(VERSION).'; $(PYTHON) -m venv --clear $(VENV); fi
	@touch $@

$(VENV)/.installed: $(MADE) pyproject.toml $(SOURCES)
	@echo 'Installing neurongraph. The first time takes minutes, TensorFlow is big.'
	$(PIP) .
	@touch $@

$(TEST): $(MADE) pyproject.toml
	@echo 'Installing neurongraph and the test tools. The first time takes minutes.'
	$(PIP) --editable '.[test]'
	@touch $@

$(VENV)/.installed-samples: $(TEST)
	$(PIP) --editable '.[samples]'
	@touch $@
