# Simulates a reader study and computes its values by brute force, with base R alone: every AUROC is counted pair by
# pair, every jackknife value leaves the rows out, mean squares come from aov(). Run: Rscript values.R > expected.json
set.seed(20)
I <- 3; J <- 4; K <- 42
truth <- rep(c(1, 0), c(18, 24))
patient <- c(rep(1:6, each = 3), rep(1:6, each = 2), 7:18)          # patients 1 to 6 have five cases of both kinds
of_case <- rnorm(K)
long <- expand.grid(case = 1:K, reader = 1:J, modality = 1:I)
latent <- 1.1 * truth[long$case] * (1 + 0.25 * (long$modality - 1)) + 0.7 * of_case[long$case] +
  rnorm(J, 0, 0.3)[long$reader] * truth[long$case] + rnorm(nrow(long), 0, 0.7)
long$truth <- truth[long$case]
long$patient <- patient[long$case]
long$rating <- as.integer(cut(latent, c(-Inf, -0.4, 0.3, 0.9, 1.6, Inf)))
write.csv(long[sample(nrow(long)), ], "ratings.csv", row.names = FALSE)

rating <- array(long$rating, c(K, J, I))
auc <- function(x, y) { p <- x[y == 1]; n <- x[y == 0]
  mean(outer(p, n, ">") + 0.5 * outer(p, n, "==")) }
sens <- function(x, y) mean(x[y == 1] >= 4)
spec <- function(x, y) mean(x[y == 0] < 4)
figures <- function(f, keep) apply(rating[keep, , , drop = FALSE], c(3, 2), f, y = truth[keep])   # I x J

jackknifed <- function(f, groups) {
  who <- unique(groups)
  t(sapply(who, function(g) as.vector(figures(f, groups != g))))     # G x (I J), modality fastest
}
covariance <- function(left) { G <- nrow(left); cov(left) * (G - 1)^2 / G }
delong <- function() {
  v <- sapply(1:(I * J), function(at) { x <- rating[, (at - 1) %/% I + 1, (at - 1) %% I + 1]
    p <- x[truth == 1]; n <- x[truth == 0]; k <- outer(p, n, ">") + 0.5 * outer(p, n, "==")
    c(rowMeans(k), colMeans(k)) })
  cov(v[1:18, ]) / 18 + cov(v[19:42, ]) / 24
}
rockette <- function(theta, S) {
  at <- expand.grid(m = 1:I, r = 1:J)
  same_m <- outer(at$m, at$m, "=="); same_r <- outer(at$r, at$r, "==")
  Var <- mean(S[same_m & same_r]); c1 <- mean(S[!same_m & same_r])
  c2 <- mean(S[same_m & !same_r]); c3 <- mean(S[!same_m & !same_r])
  fit <- anova(lm(as.vector(theta) ~ factor(at$m) + factor(at$r)))
  MST <- fit[1, 3]; MSTR <- fit[3, 3]
  extra <- max(J * (c2 - c3), 0)
  rrrc <- MSTR + extra; df <- rrrc^2 / (MSTR^2 / ((I - 1) * (J - 1)))
  frrc <- Var - c1 + (J - 1) * max(c2 - c3, 0)
  single <- sapply(1:I, function(m) { of <- S[at$m == m, at$m == m]; MSR <- var(theta[m, ])
    s <- mean(of[row(of) != col(of)]); e <- MSR + max(J * s, 0)
    c(mean = mean(theta[m, ]), se = sqrt(e / J), df = e^2 / (MSR^2 / (J - 1))) })
  list(components = c(Var, c1, c2, c3),
    RRRC = c(F = MST / rrrc, df = df, p = pf(MST / rrrc, I - 1, df, lower = FALSE), se = sqrt(2 * rrrc / J)),
    FRRC = c(chi = (I - 1) * MST / frrc, p = pchisq((I - 1) * MST / frrc, I - 1, lower = FALSE), se = sqrt(2 * frrc / J)),
    RRFC = c(F = MST / MSTR, p = pf(MST / MSTR, I - 1, (I - 1) * (J - 1), lower = FALSE), se = sqrt(2 * MSTR / J)),
    single = single)
}
dbm <- function(theta, left) {
  G <- nrow(left)
  Y <- data.frame(y = as.vector(t(G * matrix(as.vector(theta), I * J, G) - (G - 1) * t(left))),
    m = factor(rep(rep(1:I, J), each = G)), r = factor(rep(1:J, each = I * G)), k = factor(rep(1:G, I * J)))
  a <- anova(lm(y ~ m * r * k, Y))
  ms <- function(term) a[term, 3]
  den <- ms("m:r") + max(ms("m:k") - ms("m:r:k"), 0)
  df <- den^2 / (ms("m:r")^2 / ((I - 1) * (J - 1)))
  c(F = ms("m") / den, df = df, p = pf(ms("m") / den, I - 1, df, lower = FALSE),
    F_fixed = ms("m") / ms("m:k"), p_fixed = pf(ms("m") / ms("m:k"), I - 1, (I - 1) * (G - 1), lower = FALSE))
}
show <- function(name, x) cat('"', name, '": ', paste0("[", paste(sprintf("%.15g", as.vector(x)), collapse = ", "), "]"), sep = "")
out <- function(name, r) { for (part in names(r)) { cat(",\n"); show(paste0(name, ".", part), r[[part]]) } }
cat("{\n"); show("auroc", figures(auc, rep(TRUE, K)))
theta <- figures(auc, rep(TRUE, K))
left <- jackknifed(auc, 1:K)
suppressWarnings({
out("auroc_jackknife", rockette(theta, covariance(left)))
out("auroc_delong", rockette(theta, delong()))
out("auroc_by_patient", rockette(theta, covariance(jackknifed(auc, patient))))
cat(",\n"); show("auroc_dbm", dbm(theta, left))
pos <- truth == 1
for (name in c("sensitivity", "specificity")) {
  f <- if (name == "sensitivity") sens else spec
  side <- if (name == "sensitivity") 1:18 else 19:42
  th <- figures(f, rep(TRUE, K)); cat(",\n"); show(name, th)
  l <- t(sapply(side, function(g) as.vector(figures(f, 1:K != g))))
  out(paste0(name, "_jackknife"), rockette(th, covariance(l)))
  some <- unique(patient[side])
  l <- t(sapply(some, function(g) as.vector(figures(f, patient != g))))
  out(paste0(name, "_by_patient"), rockette(th, covariance(l)))
}
})
cat("\n}\n")
