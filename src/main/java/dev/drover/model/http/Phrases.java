package dev.drover.model.http;

import java.util.Optional;

/// The standard names of statuses, for answers without a message.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc9110#name-status-codes">RFC 9110, 15</a>
final class Phrases {
  private Phrases() {}

  static Optional<String> of(int status) {
    return Optional.ofNullable(
        switch (status) {
          case 202 -> "Accepted";
          case 204 -> "No Content";
          case 400 -> "Bad Request";
          case 401 -> "Unauthorized";
          case 402 -> "Payment Required";
          case 403 -> "Forbidden";
          case 404 -> "Not Found";
          case 405 -> "Method Not Allowed";
          case 406 -> "Not Acceptable";
          case 407 -> "Proxy Authentication Required";
          case 408 -> "Request Timeout";
          case 409 -> "Conflict";
          case 410 -> "Gone";
          case 411 -> "Length Required";
          case 413 -> "Content Too Large";
          case 414 -> "URI Too Long";
          case 415 -> "Unsupported Media Type";
          case 421 -> "Misdirected Request";
          case 422 -> "Unprocessable Content";
          case 426 -> "Upgrade Required";
          case 429 -> "Too Many Requests";
          case 431 -> "Request Header Fields Too Large";
          case 451 -> "Unavailable For Legal Reasons";
          case 500 -> "Internal Server Error";
          case 501 -> "Not Implemented";
          case 502 -> "Bad Gateway";
          case 503 -> "Service Unavailable";
          case 504 -> "Gateway Timeout";
          case 529 -> "Overloaded";
          default -> null;
        });
  }
}
