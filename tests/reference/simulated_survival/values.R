# Writes expected.yaml from cases.csv: Rscript values.R. R with survival, riskRegression, prodlim.
suppressMessages({library(survival); library(riskRegression)})
d <- read.csv("cases.csv"); n <- nrow(d); d$death <- as.integer(d$event == 1)
d$state <- factor(d$event, 0:2, c("censored", "outcome", "competing")); d$id <- seq_len(n)
out <- character(0)
put <- function(name, values) {
  text <- if (length(values) == 1) format(values, digits = 15) else
    paste0("[", paste(format(values, digits = 15, trim = TRUE), collapse = ", "), "]")
  out <<- c(out, paste0(name, ": ", text))
}
years <- c(2.05, 5.05) # between the times of the cases: R drops who was censored at a horizon, we keep them
# one kind of event: competing events are censored
for (type in c("log", "log-log", "plain")) {
  f <- summary(survfit(Surv(time, death) ~ 1, data = d, conf.type = type), times = years)
  if (type == "log") { put("km_risk", 1 - f$surv); put("km_se", f$std.err) }
  put(paste0("km_low_", type), 1 - f$upper); put(paste0("km_high_", type), 1 - f$lower)
  q <- quantile(survfit(Surv(time, death) ~ 1, data = d, conf.type = type), 0.5)
  put(paste0("median_", type), as.numeric(c(q$quantile, q$lower, ifelse(is.na(q$upper), -1, q$upper))))
}
q <- quantile(survfit(Surv(time, event == 0) ~ 1, data = d), 0.5)
put("median_follow_up", as.numeric(c(q$quantile, q$lower, q$upper)))
f <- summary(survfit(Surv(time, death) ~ 1, data = d), rmean = 5.05)$table
put("restricted_mean", as.numeric(f[c("rmean", "se(rmean)")]))
f <- concordance(Surv(time, death) ~ score, data = d, reverse = TRUE)
put("harrell", c(f$concordance, sqrt(f$var)))
put("harrell_counts", as.numeric(f$count))
f <- concordance(Surv(time, death) ~ score, data = d, reverse = TRUE, cluster = cluster)
put("harrell_clustered_se", sqrt(f$var))
f <- concordance(Surv(time, death) ~ score, data = d, reverse = TRUE, timewt = "n/G2", ymax = 5.05)
put("uno", f$concordance)
a <- concordance(Surv(time, death) ~ score, data = d, reverse = TRUE, influence = 1)
b <- concordance(Surv(time, death) ~ risk_a, data = d, reverse = TRUE, influence = 1)
put("harrell_difference", c(a$concordance - b$concordance, sqrt(sum((a$dfbeta - b$dfbeta)^2))))
f <- coxph(Surv(time, death) ~ score, data = d); put("hazard_ratio", c(exp(coef(f)), sqrt(vcov(f))))
put("log_likelihood", f$loglik[2])
f <- coxph(Surv(time, death) ~ score, data = d, cluster = cluster); put("hazard_clustered_se", sqrt(vcov(f)))
d$group <- cut(d$score, c(-Inf, -0.5, 0.5, Inf), right = FALSE, labels = FALSE)
f <- survdiff(Surv(time, death) ~ group, data = d)
put("log_rank", c(f$chisq, pchisq(f$chisq, 2, lower.tail = FALSE)))
put("log_rank_observed", f$obs); put("log_rank_expected", f$exp)
f <- coxph(Surv(time, death) ~ factor(group), data = d)
put("group_ratios", exp(coef(f))); put("group_low", exp(confint(f)[, 1])); put("group_high", exp(confint(f)[, 2]))
knots <- function(x) quantile(x, c(0.1, 0.5, 0.9))
basis <- function(x) { k <- knots(x); p <- function(u) pmax(u, 0)^3
  cbind(x, (p(x - k[1]) - p(x - k[2]) * (k[3] - k[1]) / (k[3] - k[2]) + p(x - k[3]) * (k[2] - k[1]) / (k[3] - k[2]))) }
gap <- function(observed, risk) c(mean(abs(observed - risk)), quantile(abs(observed - risk), c(0.5, 0.9)))
for (year in c(2, 5)) { at_year <- year + 0.05
  risk <- d[[paste0("risk_", year)]]; lp <- log(-log(1 - risk)); d$lp <- lp
  f <- coxph(Surv(time, death) ~ lp, data = d)
  put(paste0("slope_", year), c(coef(f), sqrt(vcov(f))))
  X <- basis(lp); f <- coxph(Surv(time, death) ~ X, data = d)
  s <- summary(survfit(f, newdata = list(X = X)), times = at_year)$surv
  put(paste0("gaps_", year), gap(1 - as.numeric(s), risk))
  f <- Score(list(m = risk), Surv(time, death) ~ 1, data = d, times = at_year, cens.model = "km",
             metrics = c("auc", "brier"), summary = "ipa", null.model = TRUE, conf.int = TRUE)
  put(paste0("auc_", year), as.numeric(f$AUC$score[1, c("AUC", "se")]))
  put(paste0("brier_", year), as.numeric(f$Brier$score[model == "m", c("Brier", "se")]))
  put(paste0("ipa_", year), as.numeric(f$Brier$score[model == "m", "IPA"]))
}
at <- c(0.1, 0.2, 0.3, 0.4)
net <- function(of) sapply(at, function(p) { kept <- d[d$risk_5 >= p, ]; r <- of(kept)
  nrow(kept) / n * (r - (1 - r) * p / (1 - p)) })
put("net_benefit", net(function(k) 1 - summary(survfit(Surv(time, death) ~ 1, data = k), times = 5.05)$surv))
# competing events
m <- survfit(Surv(time, state) ~ 1, data = d)
cause <- which(m$states == "outcome")
f <- summary(m, times = years)
put("aj_risk", f$pstate[, cause]); put("aj_se", f$std.err[, cause])
put("aj_low", f$lower[, cause]); put("aj_high", f$upper[, cause])
f <- concordance(Surv(ifelse(event == 2, 1e6, time), death) ~ score, data = d, reverse = TRUE)
put("wolbers", c(f$concordance, sqrt(f$var)))
fg <- finegray(Surv(time, state) ~ ., data = d[, c("time", "state", "risk_2", "risk_5", "score", "id", "cluster")], etype = "outcome")
for (year in c(2, 5)) { at_year <- year + 0.05
  risk <- d[[paste0("risk_", year)]]
  fg$lp <- log(-log(1 - fg[[paste0("risk_", year)]]))
  f <- coxph(Surv(fgstart, fgstop, fgstatus) ~ lp, weights = fgwt, data = fg, cluster = id)
  put(paste0("fg_slope_", year), c(coef(f), sqrt(vcov(f))))
  X <- basis(log(-log(1 - risk))); fg$X <- X[fg$id, ]
  f <- coxph(Surv(fgstart, fgstop, fgstatus) ~ X, weights = fgwt, data = fg)
  s <- summary(survfit(f, newdata = list(X = X), se.fit = FALSE), times = at_year)$surv
  put(paste0("fg_gaps_", year), gap(1 - as.numeric(s), risk))
  f <- Score(list(m = risk), Hist(time, event) ~ 1, data = d, times = at_year, cause = 1, cens.model = "km",
             metrics = c("auc", "brier"), summary = "ipa", null.model = TRUE, conf.int = TRUE)
  put(paste0("cr_auc_", year), as.numeric(f$AUC$score[1, c("AUC", "se")]))
  put(paste0("cr_brier_", year), as.numeric(f$Brier$score[model == "m", c("Brier", "se")]))
  put(paste0("cr_ipa_", year), as.numeric(f$Brier$score[model == "m", "IPA"]))
}
aj <- function(k) { f <- survfit(Surv(time, state) ~ 1, data = k)
  summary(f, times = 5.05)$pstate[, which(f$states == "outcome")] }
put("cr_net_benefit", net(aj))
# treatments: 0 is a, 1 is b
other <- ifelse(d$treatment == 0, d$risk_b < d$risk_a, d$risk_a < d$risk_b)
gain <- ifelse(d$treatment == 0, d$risk_a - d$risk_b, d$risk_b - d$risk_a)
put("switch", c(sum(other), mean(other), mean(gain[other])))
put("switch_observed", c(aj(d[!other, ]), aj(d[other, ])))
writeLines(c(paste0("# ", R.version.string, "; survival ", packageVersion("survival"), ", riskRegression ",
  packageVersion("riskRegression"), "; made by values.R"), out), "expected.yaml")
