"""Counts requests and errors by asking a Prometheus, or whatever answers as one (Thanos, Mimir, VictoriaMetrics)."""
