# Writes groups.yaml from cases.csv: Rscript groups.R. R with survival. Risk groups with the cut-offs -0.5 and 0.5, and
# the same cases with every time below 1 set to 0.
suppressMessages(library(survival))
d <- read.csv("cases.csv"); d$death <- as.integer(d$event == 1)
d$group <- cut(d$score, c(-Inf, -0.5, 0.5, Inf), right = FALSE, labels = FALSE)
out <- character(0)
put <- function(name, values) {
  text <- if (length(values) == 1) format(values, digits = 15) else
    paste0("[", paste(format(values, digits = 15, trim = TRUE), collapse = ", "), "]")
  out <<- c(out, paste0(name, ": ", text))
}
p <- function(chi, df) pchisq(chi, df, lower.tail = FALSE)
f <- survdiff(Surv(time, death) ~ group, data = d, rho = 1); put("peto_p", p(f$chisq, 2))
# Gehan: the same sums with the number at risk as weight, over the distinct times of outcomes
w <- function(d, groups) {
  u <- 0; v <- 0
  for (t in sort(unique(d$time[d$death == 1]))) {
    at <- d$time >= t; n <- sum(at); e <- sum(d$time == t & d$death == 1)
    nj <- sapply(groups, function(g) sum(at & d$group == g))
    ej <- sapply(groups, function(g) sum(d$time == t & d$death == 1 & d$group == g))
    u <- u + n * (ej - e * nj / n)
    if (n > 1) v <- v + n^2 * e * (n - e) / (n - 1) * (diag(nj / n) - outer(nj / n, nj / n))
  }
  u <- u[-1]; v <- v[-1, -1, drop = FALSE]
  p(as.numeric(u %*% solve(v, u)), length(u))
}
put("gehan_p", w(d, 1:3))
f <- survdiff(Surv(time, death) ~ group, data = d); k <- 0:2
put("trend_p", p(sum(k * (f$obs - f$exp))^2 / as.numeric(k %*% f$var %*% k), 1))
for (ties in c("efron", "breslow")) {
  f <- summary(coxph(Surv(time, death) ~ factor(group), data = d, ties = ties))
  put(paste0("cox_p_", ties), as.numeric(c(f$waldtest[3], f$sctest[3], f$logtest[3])))
  put(paste0("ratios_", ties), as.numeric(f$conf.int[, 1]))
  put(paste0("low_", ties), as.numeric(f$conf.int[, 3])); put(paste0("high_", ties), as.numeric(f$conf.int[, 4]))
  put(paste0("wald_p_", ties), as.numeric(f$coefficients[, 5]))
}
two <- d[d$group != 2, ]
f <- survdiff(Surv(time, death) ~ group, data = two); put("pair_p", p(f$chisq, 1))
put("pair_one_step", exp((f$obs[2] - f$exp[2]) / f$var[2, 2]))
put("pair_rates", (f$obs[2] / f$exp[2]) / (f$obs[1] / f$exp[1]))
put("pair_ratio", as.numeric(exp(coef(coxph(Surv(time, death) ~ factor(group), data = two)))))
for (g in 1:3) {
  s <- summary(survfit(Surv(time, death) ~ 1, data = d[d$group == g, ]), times = 5.05)
  put(paste0("risk_", g), c(1 - s$surv, 1 - s$upper, 1 - s$lower))
  q <- quantile(survfit(Surv(time, death) ~ 1, data = d[d$group == g, ]), 0.5)
  put(paste0("median_", g), as.numeric(ifelse(is.na(c(q$quantile, q$lower, q$upper)), -1, c(q$quantile, q$lower, q$upper))))
}
# follow-up that ended on its first day
z <- d; z$time[z$time < 1] <- 0
put("zeros", c(sum(z$time == 0), sum(z$time == 0 & z$death == 1)))
f <- survfit(Surv(time, death) ~ 1, data = z)
s <- summary(f, times = c(0, 2.05, 5.05)); put("zero_risk", 1 - s$surv)
put("zero_low", 1 - s$upper); put("zero_high", 1 - s$lower)
put("zero_at_risk", s$n.risk)
q <- quantile(f, 0.5); put("zero_median", as.numeric(q$quantile))
q <- quantile(survfit(Surv(time, event == 0) ~ 1, data = z), 0.5); put("zero_follow_up", as.numeric(q$quantile))
put("zero_restricted_mean", as.numeric(summary(f, rmean = 5.05)$table[c("rmean", "se(rmean)")]))
s <- survfit(Surv(time, factor(event, 0:2)) ~ 1, data = z)
put("zero_incidence", summary(s, times = c(0, 2.05, 5.05))$pstate[, 2])
f <- concordance(Surv(time, death) ~ score, data = z, reverse = TRUE); put("zero_harrell", c(f$concordance, sqrt(f$var)))
f <- concordance(Surv(time, death) ~ score, data = z, reverse = TRUE, timewt = "n/G2", ymax = 5.05)
put("zero_uno", f$concordance)
f <- coxph(Surv(time, death) ~ score, data = z); put("zero_hazard_ratio", as.numeric(c(exp(coef(f)), sqrt(vcov(f)))))
f <- survdiff(Surv(time, death) ~ group, data = z); put("zero_log_rank", f$chisq)
f <- coxph(Surv(time, death) ~ log(-log(1 - risk_5)), data = z); put("zero_slope", as.numeric(c(coef(f), sqrt(vcov(f)))))
suppressMessages(library(riskRegression))
f <- Score(list(r = z$risk_5), Hist(time, death) ~ 1, data = z, times = 5.05, cens.model = "km", summary = "ipa")
put("zero_brier", f$Brier$score$Brier[f$Brier$score$model == "r"]); put("zero_auroc", f$AUC$score$AUC)
header <- paste0("# R ", getRversion(), ", survival ", packageVersion("survival"), ", riskRegression ", packageVersion("riskRegression"))
writeLines(c(header, out), "groups.yaml")
