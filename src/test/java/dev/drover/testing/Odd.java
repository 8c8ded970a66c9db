package dev.drover.testing;

import java.util.List;

/// Parts of requests that no well-behaved client sends.
public final class Odd {
  public static final List<String> SEGMENTS =
      List.of(
          "",
          "x",
          "%00",
          "%2e%2e",
          "..",
          "a%2Fb",
          "%C3%28",
          "%zz",
          "%",
          "sesn_",
          "agent_",
          "env_%20",
          "sesn_01nobodyknowsit",
          "agent_01nobodyknowsit",
          "env_01nobodyknowsit",
          "sthr_01nobodyknowsit",
          "sesn_" + "a".repeat(400),
          "%F0%9F%98%80",
          "a;b=c",
          "{}",
          "*",
          "a%0d%0ab");
  public static final List<String> VALUES =
      List.of(
          "",
          "0",
          "-1",
          "1",
          "1.5",
          "99999999999",
          "true",
          "TRUE",
          "asc",
          "%00",
          "%zz",
          "%",
          "%F0%9F%98%80",
          "a".repeat(2_000),
          "page_",
          "page_AAAA",
          "page_MWE6MDowOg",
          "%5B%5D",
          "2026-01-01T00:00:00Z",
          "2026-13-01T00:00:00Z",
          "-999999999-01-01T00:00:00Z",
          "+999999999-12-31T23:59:59Z",
          "idle",
          "agent.message",
          "null",
          "rehearsal");
  public static final List<String> HEADERS =
      List.of(
          "Accept: image/png",
          "Accept: ;;;",
          "Accept-Encoding: br;q=9",
          "Content-Type: text/plain; charset=utf-16",
          "Content-Type: ;",
          "Content-Encoding: gzip",
          "Content-Encoding: identity, gzip",
          "Expect: 100-continue",
          "Expect: something",
          "Idempotency-Key: " + "k".repeat(5_000),
          "X-Stainless-Retry-Count: -7",
          "Authorization: Bearer",
          "Authorization: Basic \u00ff\u00fe",
          "X-Api-Key: ",
          "X-Api-Key: another",
          "Cookie: " + "c=d; ".repeat(500),
          "Range: bytes=5-1",
          "If-None-Match: *",
          "Upgrade: h2c",
          "X-Forwarded-For: \u0001",
          "anthropic-version: never",
          "Host: b");

  private Odd() {}
}
