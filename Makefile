# What can be done with a checkout of dlx; every target sets up what it needs first.
# Needs Python 3.11 or newer with venv and pip; uses uv where it is installed.

TOPICS = splits bias_and_variance mismatch l2 dropout augmentation early_stopping normalization vanishing \
	initialization gradients mini_batches averages optimizers decay local_optima hyperparameters batch_norm \
	softmax frameworks

# What is made here is read in English, whatever the language of the reader.
export DLX_LANG = en

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):  *## */  make \1	/p' Makefile
	@echo "  make TOPIC	one of them: $(TOPICS)"

train:  ## train on the handwritten digits that ship with dlx
	@sh .ci/environment .venv dlx
	.venv/bin/dlx train configs/digits.yaml

test:  ## lint, check the types, run the tests
	@sh .ci/environment .venv dlx dev
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/pytest -n 2

test-all:  ## the tests with those that repeat others, and with more of the drawn examples
	@sh .ci/environment .venv dlx dev
	.venv/bin/pytest -n 2 -m "" --hypothesis-profile thorough

test-trackers:  ## the tests of exports to TensorBoard and MLflow, with both of them
	@sh .ci/environment .venv-trackers dlx dev tensorboard mlflow
	.venv-trackers/bin/pytest -m "" tests/runs/export/test_tracking.py

test-lowest:  ## run the tests with the lowest versions that pyproject.toml allows, on Python 3.11
	@VERSIONS=lowest PYTHON=$${PYTHON:-python3.11} sh .ci/environment .venv-lowest dlx dev
	.venv-lowest/bin/pytest -n 2

test-newest:  ## run the tests with the newest version of everything, on the newest Python there is
	@rm -rf .venv-newest
	@VERSIONS=newest sh .ci/environment .venv-newest dlx dev
	.venv-newest/bin/pytest -n 2

coverage:  ## run the tests and list the lines and branches of dlx that none of them takes (10 minutes)
	@sh .ci/environment .venv dlx dev coverage
	.venv/bin/coverage erase
	.venv/bin/coverage run -m pytest -n 2
	.venv/bin/coverage combine --quiet
	.venv/bin/coverage report

constraints:  ## pin the newest versions that go together, for every Python and system, in .ci/constraints.txt
	@sh .ci/environment .venv-constraints .ci/uv.txt
	sed -n 's/^requires = \["\(.*\)"\]$$/\1/p' pyproject.toml | .venv-constraints/bin/uv pip compile --quiet \
		--universal --python-version 3.11 --all-extras --upgrade --no-annotate \
		--custom-compile-command "make constraints" --output-file .ci/constraints.txt pyproject.toml -

reproduce:  ## train and check everything that the gallery in experiments/README.md shows (4 minutes)
	@sh .ci/environment .venv dlx
	.venv/bin/python -m experiments.reproduce

test-bits:  ## run the tests as other processors would, whose sums end in other digits (an hour)
	@sh .ci/environment .venv dlx dev
	PYTEST_ADDOPTS='-m ""' .venv/bin/python -m experiments.bits

reproduce-bits:  ## the same with the claims of the gallery (10 minutes)
	@sh .ci/environment .venv dlx
	.venv/bin/python -m experiments.bits --reproduce

$(TOPICS):
	@sh .ci/environment .venv dlx
	.venv/bin/python -m experiments.reproduce $@

benchmark:  ## measure dlx against its peers (downloads them, takes long; BEFORE=COMMIT: searches also as they were)
	@sh .ci/environment .venv-benchmark dlx experiments/benchmark/requirements.txt
	.venv-benchmark/bin/python -m experiments.benchmark $(if $(BEFORE),--before $(BEFORE))
	@$(MAKE) --no-print-directory frameworks  # it quotes what was measured

mnist:  ## compare dlx with scikit-learn on 5,000 images of MNIST (downloads both)
	@sh .ci/environment .venv-mnist dlx experiments/mnist/requirements.txt
	.venv-mnist/bin/python -m experiments.mnist

notebooks:  ## execute the notebooks and keep them with their outputs in build/notebooks (downloads a kernel, 2 minutes)
	@sh .ci/environment .venv-notebooks dlx experiments/notebooks/requirements.txt
	.venv-notebooks/bin/python -m experiments.notebooks

tables:  ## compare what dlx new writes with its peers on 35 real tables (downloads them all, 40 minutes)
	@sh .ci/environment .venv-tables dlx experiments/tables/requirements.txt
	.venv-tables/bin/python -m experiments.tables

golden:  ## compare all that dlx prints and writes with what it did at another commit (8 minutes; AS=HEAD)
	@sh .ci/environment .venv dlx dev
	.venv/bin/python -m experiments.golden $(or $(AS),HEAD)

faults:  ## plant mistakes in backprop and see whether the gradient check finds them
	@sh .ci/environment .venv dlx
	.venv/bin/python -m experiments.gradcheck

right-networks:  ## check networks without a mistake, of which none may be accused (3 minutes; COUNT=100 fewer)
	@sh .ci/environment .venv dlx
	.venv/bin/python -m experiments.gradcheck --right $(or $(COUNT),1000)

exports:  ## run drawn exports in three formats for real (downloads PyTorch and Keras, 20 minutes; COUNT=20 fewer)
	@sh .ci/environment .venv-exports dlx experiments/exports/requirements.txt
	.venv-exports/bin/python -m experiments.exports $(or $(COUNT),200)

diagnose:  ## plant faults in specs and see whether the diagnosis finds them (3 minutes)
	@sh .ci/environment .venv dlx
	.venv/bin/python -m experiments.diagnose

repair:  ## run the basic recipe on those faults and on healthy specs, and see what becomes of them (30 minutes)
	@sh .ci/environment .venv dlx
	.venv/bin/python -m experiments.diagnose --act

advice:  ## type the first command that the diagnosis of each fault prints, and see whether it helps (15 minutes)
	@sh .ci/environment .venv dlx
	.venv/bin/python -m experiments.diagnose --first

intervals:  ## see whether verdicts, advised numbers of examples and intervals keep what they promise (15 minutes)
	@sh .ci/environment .venv dlx
	.venv/bin/python -m experiments.intervals

tuning:  ## compare grid, random, coarse to fine and Optuna's TPE with equal trials (7 minutes)
	@sh .ci/environment .venv dlx optuna
	.venv/bin/python -m experiments.tuning

rates:  ## train at the learning rates that the range test suggests, and type what is advised by it (8 minutes)
	@sh .ci/environment .venv dlx
	.venv/bin/python -m experiments.rates

machines:  ## work out from which network, batch and link on it pays to train on several machines (a minute)
	@sh .ci/environment .venv dlx
	.venv/bin/python -m experiments.machines

cluster:  ## try searches and studies on several hosts, made of network namespaces (needs root, a few minutes)
	@sh .ci/environment .venv dlx cluster
	.venv/bin/python -m experiments.cluster

torture:  ## kill dlx, break its disk and damage its files, and see whether anything is lost (15 minutes; SHARE=0.1 less)
	@sh .ci/environment .venv dlx fast
	.venv/bin/python -m experiments.reliability --share $(or $(SHARE),1)

package:  ## build sdist and wheel into dist/, check them, and use the wheel in a bare environment (a minute)
	@sh .ci/environment .venv-package .ci/package.txt
	@sh .ci/package

guide:  ## make the guide a site in dist/guide, to be opened in a browser
	@sh .ci/environment .venv-guide dlx .ci/guide.txt
	@sh .ci/site

lab-test:  ## try the page of dlx lab in a real browser (needs a chromium; CHROMIUM=PATH names another)
	@sh .ci/environment .venv-lab dlx dev tests/lab/browser.txt
	.venv-lab/bin/pytest tests/lab/test_browser.py

catalog:  ## bring the catalogs of other languages up to date with the program, and compile them
	@sh .ci/environment .venv dlx dev
	.venv/bin/python -m experiments.catalog

schema:  ## write configs/schema.json and dlx/cli/names.json, by which editors and shells complete keys
	@sh .ci/environment .venv dlx
	.venv/bin/dlx config schema > .venv/schema.json
	mv .venv/schema.json configs/schema.json
	.venv/bin/python -m dlx.cli.names

clean:  ## remove the environments and caches, not the runs
	rm -rf .venv .venv-*/ build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*

.PHONY: help train test test-all golden test-trackers test-lowest test-newest test-bits coverage constraints reproduce reproduce-bits $(TOPICS) \
	benchmark mnist notebooks tables faults right-networks exports diagnose repair advice intervals tuning rates machines cluster torture lab-test package guide catalog schema clean
