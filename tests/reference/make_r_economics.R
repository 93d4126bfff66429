# Frozen numbers for the tests of economic evaluation: R's `survival` for the curves, base R for the rest, from the
# definitions and not after our code. Run from the repository root:   Rscript tests/reference/make_r_economics.R
# Needs R with the packages survival and jsonlite, and data/r_lung.csv of make_r_survival.R; the tests need neither.
suppressPackageStartupMessages({library(survival); library(jsonlite)})
folder <- file.path("tests", "reference", "data")
lung <- read.csv(file.path(folder, "r_lung.csv"))
year <- 365.25

# ---- means of censored subjects: 1000 at day 0, 10 a day for 100 days, 0.7 of a year per year, 500 at death ------
# A death comes before a censoring of its day, so the censoring curve sees deaths a moment earlier.
means <- function(d, horizon, discount) {
  d$early <- d$time - 0.01 * (d$status == 1)     # more than the 1e-8 within which R calls times tied
  fit <- survfit(Surv(early, 1 - status) ~ 1, data = d)
  kept <- stepfun(fit$time, c(1, fit$surv), right = TRUE)       # just before t
  rate <- log(1 + discount) / year
  weighted <- function(from, to) {                              # integral of exp(-rate t) / K(t-) from..to
    to <- min(to, horizon)
    if (to <= from) return(0)
    cuts <- sort(unique(c(from, to, fit$time[fit$time > from & fit$time < to])))
    sum(sapply(seq_len(length(cuts) - 1), function(i) {
      a <- cuts[i]; b <- cuts[i + 1]
      area <- if (rate == 0) b - a else (exp(-rate * a) - exp(-rate * b)) / rate
      area / kept((a + b) / 2)
    }))
  }
  at <- function(t) ifelse(t <= horizon, exp(-rate * t) / kept(t - 0.005), 0)
  cost <- sapply(seq_len(nrow(d)), function(i) {
    1000 + 10 * weighted(0, min(d$time[i], 100)) + ifelse(d$status[i] == 1, 500 * at(d$time[i]), 0)
  })
  years <- sapply(d$time, function(t) weighted(0, t)) / year
  curve <- survfit(Surv(time, status) ~ 1, data = d)
  list(horizon = horizon, discount = discount, n = nrow(d), cost = mean(cost), qaly = 0.7 * mean(years),
       restricted_mean_days = unname(summary(curve, rmean = horizon)$table["rmean"]))
}
cases <- list()
for (sex in 1:2) for (horizon in c(400, 700)) for (discount in c(0, 0.035)) {
  cases[[length(cases) + 1]] <- c(list(sex = sex), means(lung[lung$sex == sex, ], horizon, discount))
}

# ---- net benefit and acceptability of three strategies, from samples that any program can make again ----------
i <- 0:199
samples <- list(a = cbind(20000 + 5000 * sin(i), 1.5 + 0.3 * cos(3 * i)),
                b = cbind(32000 + 7000 * cos(2 * i), 1.9 + 0.4 * sin(5 * i)),
                c = cbind(45000 + 4000 * sin(7 * i), 2.0 + 0.2 * cos(11 * i)))
levels <- c(0, 10000, 30000, 60000, 100000)
best <- sapply(levels, function(l) {
  benefit <- sapply(samples, function(s) l * s[, 2] - s[, 1])
  table(factor(apply(benefit, 1, which.max), levels = 1:3)) / nrow(benefit)
})

# ---- the frontier as those that are best at some value of a QALY, found by trying all of them -----------------
strategies <- data.frame(name = c("none", "old", "new", "more", "worse", "between"),
                         cost = c(1000, 16000, 31000, 96000, 40000, 24000),
                         qaly = c(1.00, 1.50, 1.80, 2.20, 1.70, 1.55))
values <- seq(0, 400000, by = 5)
winner <- sapply(values, function(l) which.max(l * strategies$qaly - strategies$cost))
change <- which(diff(winner) != 0)
write_json(list(
  versions = list(R = R.version.string, survival = as.character(packageVersion("survival"))),
  means = cases,
  acceptability = list(thresholds = levels, probability = list(a = best[1, ], b = best[2, ], c = best[3, ])),
  strategies = strategies,
  frontier = list(names = strategies$name[unique(winner)], switch_between = cbind(values[change], values[change + 1]))
), file.path(folder, "r_economics.json"), auto_unbox = TRUE, digits = 15, pretty = TRUE)
