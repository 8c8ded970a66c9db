package dev.drover.web;

import java.util.List;

/// A content as a server sent it, without its transfer encoding.
///
/// @param hops the URLs that were requested: the first one, and those of redirects
/// @param cut whether the rest of the content was not read
/// @param storable whether the content may be kept for a while
@SuppressWarnings("ArrayRecordComponent") // never compared
record Fetched(List<WebUrl> hops, Media media, byte[] bytes, boolean cut, boolean storable) {
  Fetched {
    hops = List.copyOf(hops);
  }

  /// The URL that answered.
  WebUrl url() {
    return hops.getLast();
  }
}
