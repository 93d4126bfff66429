# Frozen numbers for the tests of prevalence weights: the objective itself minimised over all weights by base R's BFGS
# with its analytical gradient, not by the dual that our code solves; and the Kaplan-Meier curve of R's `survival` under
# those weights. Run from the repository root:   Rscript tests/reference/make_r_weighting.R
# Needs R with the packages survival and jsonlite, and data/r_lung.csv of make_r_survival.R; the tests need neither.
suppressPackageStartupMessages({library(survival); library(jsonlite)})
folder <- file.path("tests", "reference", "data")
lung <- read.csv(file.path(folder, "r_lung.csv"))
n <- nrow(lung)
fit <- survfit(Surv(time, status) ~ 1, data = lung)
kept <- summary(fit, times = 365)$surv / mean(lung$time > 365)  # 1 over the share still followed at one year
columns <- cbind(age = lung$age, women = as.numeric(lung$sex == 2), "OS year" = (lung$time > 365) * kept)

weigh <- function(aim, error, trust) {
  spread <- function(theta) { raw <- exp(theta - max(theta)); n * raw / sum(raw) }  # any positive weights of mean 1
  miss <- function(w) (colMeans(w * columns) - aim) / error
  value <- function(theta) { w <- spread(theta); trust * mean(w * log(w)) + 0.5 * sum(miss(w)^2) }
  slope <- function(theta) {
    w <- spread(theta)
    g <- (trust * (log(w) + 1) + as.vector(columns %*% (miss(w) / error))) / n
    w * (g - mean(w * g))
  }
  theta <- rep(0, n)
  for (again in 1:20) {
    done <- optim(theta, value, slope, method = "BFGS", control = list(maxit = 5000, reltol = 1e-15))
    if (max(abs(done$par - theta)) < 1e-9) break
    theta <- done$par
  }
  w <- spread(done$par)
  year <- summary(survfit(Surv(time, status) ~ 1, data = lung, weights = w), times = 365)$surv
  list(aim = aim, error = error, trust = trust, objective = done$value, means = colMeans(w * columns),
       first = w[1:6], largest = max(w), effective = sum(w)^2 / sum(w^2), survival_of_a_year = year)
}
cases <- list(
  weigh(c(60, 0.5, 0.5), c(1, 0.05, 0.04), 1),
  weigh(c(60, 0.5, 0.5), c(1, 0.05, 0.04), 10),
  weigh(c(66, 0.3, 0.3), c(0.5, 0.1, 0.02), 3)
)
made <- list(versions = list(R = R.version.string, survival = as.character(packageVersion("survival"))),
             before = colMeans(columns), cases = cases)
write_json(made, file.path(folder, "r_weighting.json"), auto_unbox = TRUE, digits = 12, pretty = TRUE)
