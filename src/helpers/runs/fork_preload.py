"""What the fork server imports before its first child: the packages and floors that notebooks use."""

import altair
import numpy
import pandas
import scipy.optimize
import scipy.stats
import statsmodels.api
import statsmodels.tsa.statespace.structural

import helpers.charts.frame
import helpers.data
import helpers.runs.fork_child
import helpers.runs.results

PRELOADED = (altair, numpy, pandas, scipy, statsmodels, helpers)
