# Everything that is typed. Variables may stand in the environment or on the command line: make build RAW_DATA_DIR=~/extracts

PYTHON ?= python3
ARGS ?=
SQL ?=
Q ?=
BASE ?= main
CHECKS ?=
TARGET ?= $(or $(DBT_TARGET),duckdb)
override SQL := $(value SQL)
export DBT_TARGET := $(TARGET)
export PYTHON SQL Q BASE

ready := .venv/.build-ready
postgres_ready := .venv/.postgres-ready
# an environment of its own, since pyspark is large
spark_ready := .venv-spark/.build-ready
train_ready := .venv/.train-ready
dashboard_ready := .venv/.dashboard-ready
docs_ready := .venv/.docs-ready
semantic_ready := .venv/.semantic-ready
spark_train_ready := .venv-spark/.train-ready
spark_docs_ready := .venv-spark/.docs-ready
test_ready := .venv/.test-ready
python := .venv/bin/python
spark_python := .venv-spark/bin/python
# what the chosen target needs, is run with and is stopped by
target_ready := $(or $($(TARGET)_ready),$(ready))
target_train_ready := $(or $($(TARGET)_train_ready),$(train_ready) $(target_ready))
target_docs_ready := $(or $($(TARGET)_docs_ready),$(docs_ready) $(target_ready))
target_python := $(or $($(TARGET)_python),$(python))
target_server := $(if $(filter spark,$(TARGET)),spark_cluster,postgres_server)
pip := -m pip --quiet --disable-pip-version-check --no-input --no-python-version-warning
install := $(pip) install --no-deps --require-hashes
compile := uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet

.DEFAULT_GOAL := help
.PHONY: help build sample query ask mf dashboard report stop train review test test-long test-spark mutate bench lint docs index lock clean

help: ## Show this list
	@echo "usage: make COMMAND [VARIABLE=value ...]"
	@echo
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r name text; do printf '  %-11s %s\n' "$$name" "$$text"; done
	@echo
	@sed -n 's/^#: \([A-Z_]*\) *\(.*\)/\1|\2/p' Makefile | while IFS='|' read -r name text; do printf '  %-18s %s\n' "$$name" "$$text"; done

#: RAW_DATA_DIR   folder of your extracts; not given: a generated sample company
#: DUCKDB_PATH    the database (customer_success.duckdb)
#: TARGET         where the database is: duckdb, postgres or spark (duckdb)
#: POSTGRES_HOST  the server of TARGET=postgres, with POSTGRES_PORT, _USER, _PASSWORD and _DB; not given: one of its own, in .postgres
#: SPARK_HOST     the Thrift server of TARGET=spark, with SPARK_PORT, _USER, _PASSWORD and _STAGING_DIR; not given: a cluster of its own, in .spark
#: DUCKDB_MEMORY_LIMIT  of a build, such as 4GB; beyond it DuckDB works on disk (80%)
#: AS_OF          last day reported, YYYY-MM-DD; not given: the latest day in the data
#: SAMPLE_ARGS    for the sample company, such as "--customers 1000 --seed 3"
#: REPORTING_CURRENCY  currency to report in, where several are billed
#: FORCE          1: build although nothing has changed since the last build
#: PORT           of the dashboard (8501)
#: SIZES          numbers of customers for bench, such as "10000 1000000"
#: PERIOD         month of report, YYYY-MM; not given: the latest that is over
#: REPORT_PATH    file of report (target/report.html)
#: SHOW_PERSONAL_DATA  1: dashboard and report show names, and the dashboard what people wrote
#: BASE           what make review compares with: a branch, tag or commit (main)
#: CHECKS         of lint alone: ruff, yamllint, sqlfluff (all)
#: SELECT         models for mutate, names or folders below models/ (what revenue and the metric files are made of)
#: BUDGET         minutes for mutate; 0: as long as it takes (10)
#: SEED           which mutants mutate takes first (1)
#: ARGS           further arguments: of dbt for build and ask, of MetricFlow for mf, of pytest for test, of train, bench and mutate
#: PYTHON         the Python, 3.11 or newer, that .venv and .venv-spark are made with (python3)

build: $(target_ready) ## Build the database and print the headline figures
	@$(target_python) scripts/build.py $(ARGS)

sample: $(ready) ## Write the sample company into sample_data/
	@$(python) scripts/sample.py

query: $(target_ready) ## Print the result of SQL="select ..." from the database
	@$(target_python) scripts/query.py

ask: $(target_ready) ## Print the answer of an analysis: Q=why_did_net_retention_move
	@$(target_python) scripts/ask.py $(ARGS)

mf: $(semantic_ready) $(target_ready) ## Ask MetricFlow: ARGS="query --metrics mrr --group-by metric_time__month"
	@$(target_python) scripts/mf.py $(ARGS)

dashboard: $(dashboard_ready) $(if $(filter postgres,$(TARGET)),$(postgres_ready)) ## Show the marts in the browser, to this machine alone
	@$(python) scripts/serve_dashboard.py

report: $(target_docs_ready) ## Write the month for the board as one page, target/report.html
	@$(target_python) scripts/board_report.py

stop: $(target_ready) ## Stop what TARGET=postgres or TARGET=spark started: a server, a cluster
	@$(target_python) scripts/$(target_server).py

train: $(target_train_ready) ## Fit the models of churn and lifetime to the built database and write them to seeds/
	@$(target_python) scripts/train.py $(ARGS)

review: $(ready) ## Say which published figures differ from those of a branch or commit, and why: BASE=main
	@$(python) scripts/review.py "$$BASE"

test: $(test_ready) ## Check everything: the tests, style among them
	@$(python) -m pytest -q -n auto --maxprocesses 4 --dist loadgroup --no-loadscope-reorder --ignore tests/spark tests $(ARGS)

test-spark: $(spark_train_ready) ## Check TARGET=spark, on a cluster of the tests' own: 20 minutes, and Java
	@$(spark_python) -m pytest -q --confcutdir tests/spark tests/spark $(ARGS)

bench: $(ready) ## Measure what builds cost: SIZES="10000 100000", see benchmark/README.md
	@$(python) scripts/bench.py $(if $(SIZES),--sizes $(SIZES)) $(ARGS)

mutate: $(test_ready) ## Break the models' SQL and say what no test notices: SELECT=marts/metrics BUDGET=10, see mutation/README.md
	@$(python) scripts/mutate.py $(if $(SELECT),--select "$(SELECT)") $(if $(BUDGET),--budget $(BUDGET)) $(if $(SEED),--seed $(SEED)) $(ARGS)

test-long: $(test_ready) ## Check everything, and at length what takes long: killed builds, 200 histories of late data, five times the random companies
	@LONG_TESTS=1 $(python) -m pytest -q -n auto --maxprocesses 4 --dist loadgroup --no-loadscope-reorder --ignore tests/spark tests $(ARGS)

lint: $(test_ready) ## Check the style of SQL, Python and YAML
	@$(python) scripts/lint.py $(CHECKS)

docs: $(docs_ready) ## Write the documentation of the last build: every metric and table, target/docs/index.html
	@$(python) scripts/docs.py

index: $(test_ready) ## Write the index of metrics into README.md, and the metrics of the semantic layer
	@$(python) scripts/metric_index.py
	@$(python) scripts/semantic_metrics.py

lock: ## Compile requirements/*.txt anew from pyproject.toml (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv, which is not on the PATH."; exit 1; }
	$(compile) --group test --output-file requirements/test.txt
	$(compile) --constraint requirements/test.txt --group train --output-file requirements/train.txt
	$(compile) --constraint requirements/test.txt --group postgres --output-file requirements/postgres.txt
	$(compile) --constraint requirements/test.txt --group dashboard --output-file requirements/dashboard.txt
	$(compile) --constraint requirements/test.txt --group docs --output-file requirements/docs.txt
	$(compile) --constraint requirements/test.txt --group semantic --output-file requirements/semantic.txt
	$(compile) --constraint requirements/test.txt --group spark --output-file requirements/spark.txt
	$(compile) --constraint requirements/test.txt --output-file requirements/build.txt

clean: ## Remove what builds and tests leave; keeps .venv and databases
	@rm -rf target logs .build .pytest_cache .hypothesis .ruff_cache
	@find dashboard generator mutation nlp report scripts tests training -name __pycache__ -type d -prune -exec rm -rf {} +

# an environment, its folder given, from the requirements that are the first thing needed
define environment
	@command -v "$$PYTHON" >/dev/null || { echo "There is no $$PYTHON. Name a Python, 3.11 or newer: make PYTHON=/path/to/python3"; exit 1; }
	@"$$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed; $$PYTHON is $$("$$PYTHON" -V 2>&1). Name another: make PYTHON=/path/to/python3"; exit 1; }
	@echo "Setting up $(1) (once, $(2)) ..."
	@"$$PYTHON" -m venv $(1)
	@$(1)/bin/python $(install) -r $<
	@$(1)/bin/python -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "$(notdir $(CURDIR)).pth").write_text("$(CURDIR)\n")'
	@touch $@
endef

$(ready): requirements/build.txt
	$(call environment,.venv,~20 s)

$(spark_ready): requirements/spark.txt
	$(call environment,.venv-spark,~60 s)

# what a command needs more, its name given, from the requirements that are the first thing needed
define addition
	@echo "Adding what $(1) to .venv (once, ~20 s) ..."
	@$(python) $(install) -r $<
	@touch $@
endef

$(postgres_ready): requirements/postgres.txt $(ready)
	$(call addition,PostgreSQL needs)

$(dashboard_ready): requirements/dashboard.txt $(ready)
	$(call addition,the dashboard needs)

$(docs_ready): requirements/docs.txt $(ready)
	$(call addition,the catalogue and the report need)

$(semantic_ready): requirements/semantic.txt $(ready)
	$(call addition,MetricFlow needs)

$(train_ready): requirements/train.txt $(ready)
	$(call addition,training needs)

$(spark_train_ready): requirements/train.txt $(spark_ready)
	@echo "Adding what training needs to .venv-spark (once, ~20 s) ..."
	@$(spark_python) $(install) -r $<
	@touch $@

$(spark_docs_ready): requirements/docs.txt $(spark_ready)
	@echo "Adding what the report needs to .venv-spark (once, ~20 s) ..."
	@$(spark_python) $(install) -r $<
	@touch $@

$(test_ready): requirements/test.txt $(ready)
	$(call addition,the tests need)
