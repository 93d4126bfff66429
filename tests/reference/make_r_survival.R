# Frozen numbers of R's `survival` (and of binom.test, prop.test) with their input data, for the tests of analysis/.
# Run from the repository root:   Rscript tests/reference/make_r_survival.R
# Needs R with the packages survival and jsonlite; the tests themselves need neither.
suppressPackageStartupMessages({library(survival); library(jsonlite)})

folder <- file.path("tests", "reference", "data")
n17 <- function(x) ifelse(is.finite(x), x, NA)

# ---- data sets ------------------------------------------------------------------------------------------------
# Heavy ties, made without a random generator so that any program can make it again.
tied <- local({
  i <- 0:119
  data.frame(time = 1 + (i * 37) %% 11, status = as.integer((i * 53) %% 7 > 1), arm = i %% 3,
             stratum = (i * 29) %% 5 %/% 2, marker = ((i * 71) %% 101) / 100)
})
lung2 <- within(lung[, c("time", "status", "sex", "age", "ph.ecog", "wt.loss")], {status <- status - 1})
lung2 <- lung2[complete.cases(lung2), ]
names(lung2) <- c("time", "status", "sex", "age", "ecog", "weight_loss")
ovarian2 <- ovarian
names(ovarian2)[names(ovarian2) %in% c("futime", "fustat")] <- c("time", "status")
veteran2 <- within(veteran, {celltype <- as.character(celltype)})
# Half of the subjects die at the median exactly, so the curve is flat at one half: R takes the midpoint.
flat <- data.frame(time = c(1, 2, 3, 4, 6, 7, 8, 9), status = c(1, 1, 1, 1, 0, 1, 1, 1))
weighted <- data.frame(time = c(2, 3, 3, 5, 6, 6, 8, 9, 11), status = c(1, 1, 0, 1, 1, 0, 1, 0, 1),
                       whole = c(1, 2, 1, 3, 1, 2, 2, 1, 2), part = c(0.5, 1.25, 2, 0.75, 1.5, 1, 0.3, 2.2, 1.1))
sets <- list(lung = lung2, veteran = veteran2, ovarian = ovarian2, tied = tied, flat = flat, weighted = weighted)
for (name in names(sets)) {
  write.csv(format(sets[[name]], digits = 17, trim = TRUE), file.path(folder, paste0("r_", name, ".csv")),
            row.names = FALSE, quote = FALSE)
}

# ---- Kaplan-Meier ---------------------------------------------------------------------------------------------
curve <- function(name, conf.type, rows = NULL, w = NULL) {
  d <- sets[[name]]
  if (!is.null(rows)) d <- d[d[[rows[1]]] == rows[2], ]
  d$w <- if (is.null(w)) 1 else d[[w]]
  # R turns to a sandwich variance for fractional weights; ours, like Greenwood's, counts a weight as subjects.
  fit <- survfit(Surv(time, status) ~ 1, data = d, weights = w, conf.type = conf.type, robust = FALSE)
  table <- summary(fit)$table
  s <- summary(fit, times = fit$time)
  list(data = name, column = rows[1], value = rows[2], weights = w, conf_type = conf.type, time = fit$time,
       survival = fit$surv, standard_error = n17(s$std.err), lower = n17(fit$lower), upper = n17(fit$upper),
       at_risk = fit$n.risk, events = fit$n.event, censored = fit$n.censor, median = unname(table["median"]),
       median_lower = unname(table["0.95LCL"]), median_upper = unname(table["0.95UCL"]))
}
curves <- list()
for (type in c("log-log", "log", "plain")) {
  for (name in c("lung", "veteran", "ovarian", "tied", "flat")) curves <- c(curves, list(curve(name, type)))
  curves <- c(curves, list(curve("lung", type, c("sex", 2)), curve("ovarian", type, c("rx", 2)),
                           curve("weighted", type, w = "whole"), curve("weighted", type, w = "part")))
}

# ---- log-rank -------------------------------------------------------------------------------------------------
test <- function(name, group, stratum = NULL) {
  rhs <- if (is.null(stratum)) group else paste0(group, " + strata(", stratum, ")")
  fit <- survdiff(as.formula(paste("Surv(time, status) ~", rhs)), data = sets[[name]])
  total <- function(x) if (is.matrix(x)) rowSums(x) else x
  degrees <- length(fit$n) - 1
  list(data = name, group = group, strata = stratum, statistic = fit$chisq, degrees_of_freedom = degrees,
       p = pchisq(fit$chisq, degrees, lower.tail = FALSE), observed = unname(total(fit$obs)),
       expected = unname(total(fit$exp)), variance = unname(fit$var))
}
tests <- list(test("lung", "sex"), test("lung", "ecog"), test("lung", "sex", "ecog"), test("veteran", "trt"),
              test("veteran", "celltype"), test("veteran", "trt", "celltype"), test("ovarian", "rx"),
              test("ovarian", "rx", "resid.ds"), test("tied", "arm"), test("tied", "arm", "stratum"))

# ---- restricted mean ------------------------------------------------------------------------------------------
restricted <- function(name, horizon, rows = NULL) {
  d <- sets[[name]]
  if (!is.null(rows)) d <- d[d[[rows[1]]] == rows[2], ]
  table <- summary(survfit(Surv(time, status) ~ 1, data = d), rmean = horizon)$table
  list(data = name, column = rows[1], value = rows[2], horizon = horizon, mean = unname(table["rmean"]),
       standard_error = unname(table["se(rmean)"]))
}
means <- list(restricted("lung", 365), restricted("lung", 365, c("sex", 1)), restricted("lung", 365, c("sex", 2)),
              restricted("veteran", 200), restricted("veteran", 200, c("trt", 2)), restricted("ovarian", 1000),
              restricted("tied", 8), restricted("flat", 7))

# ---- Cox ------------------------------------------------------------------------------------------------------
# Tighter than R's default 1e-9, which stops short of the eighth digit of a coefficient.
tight <- coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100)
model <- function(name, columns, stratum = NULL) {
  rhs <- paste(c(columns, if (!is.null(stratum)) paste0("strata(", stratum, ")")), collapse = " + ")
  fit <- coxph(as.formula(paste("Surv(time, status) ~", rhs)), data = sets[[name]], ties = "efron", control = tight)
  s <- summary(fit)
  list(data = name, covariates = I(columns), strata = stratum, coefficient = I(unname(coef(fit))),
       standard_error = I(unname(s$coefficients[, "se(coef)"])), p = I(unname(s$coefficients[, "Pr(>|z|)"])),
       hr = I(unname(s$conf.int[, "exp(coef)"])), lo = I(unname(s$conf.int[, "lower .95"])),
       hi = I(unname(s$conf.int[, "upper .95"])), covariance = unname(as.matrix(vcov(fit))),
       null_log_likelihood = fit$loglik[1], log_likelihood = fit$loglik[2])
}
models <- list(model("lung", "sex"), model("lung", c("sex", "age", "ecog", "weight_loss")),
               model("lung", c("sex", "age"), "ecog"), model("veteran", "trt"),
               model("veteran", c("trt", "karno", "diagtime", "age", "prior")),
               model("veteran", c("trt", "karno"), "celltype"), model("ovarian", "rx"),
               model("ovarian", c("age", "rx", "ecog.ps")), model("ovarian", c("age", "rx"), "resid.ds"),
               model("tied", "marker"), model("tied", c("arm", "marker")), model("tied", c("arm", "marker"), "stratum"))

# ---- proportions ----------------------------------------------------------------------------------------------
binomial <- function(x, n, level) {
  limits <- binom.test(x, n, conf.level = level)$conf.int
  list(successes = x, n = n, level = level, lower = limits[1], upper = limits[2])
}
counts <- list(c(0, 1), c(1, 1), c(0, 37), c(37, 37), c(1, 40), c(84, 210), c(29, 208), c(5, 9), c(300, 1000),
               c(1, 5000), c(17, 18))
exact <- list()
for (pair in counts) for (level in c(0.90, 0.95, 0.99)) {
  exact <- c(exact, list(binomial(pair[1], pair[2], level)))
}
wilson <- lapply(counts, function(pair) {
  limits <- suppressWarnings(prop.test(pair[1], pair[2], correct = FALSE)$conf.int)
  list(successes = pair[1], n = pair[2], lower = limits[1], upper = limits[2])
})

frozen <- list(
  made_by = "tests/reference/make_r_survival.R",
  versions = list(R = R.version.string, survival = as.character(packageVersion("survival"))),
  kaplan_meier = curves, logrank = tests, restricted_mean = means, cox = models, clopper_pearson = exact, wilson = wilson)
write_json(frozen, file.path(folder, "r_survival.json"), digits = NA, auto_unbox = TRUE, na = "null", null = "null",
           pretty = FALSE)
