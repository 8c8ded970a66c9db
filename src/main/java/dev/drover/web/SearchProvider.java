package dev.drover.web;

import java.io.IOException;
import java.util.List;

/// A search engine. Safe for many threads.
interface SearchProvider {
  /// The best hits, best first; those whose URLs are not of the web are left out.
  ///
  /// @throws IOException if the engine does not answer with hits; the message is for an operator
  ///   and a model, and contains no secret
  List<SearchHit> search(SearchQuery query) throws IOException, InterruptedException;
}
