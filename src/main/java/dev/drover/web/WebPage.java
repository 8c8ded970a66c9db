package dev.drover.web;

import java.util.List;

/// A content of the web in a form that a model can read.
///
/// @param hops the URLs that were requested: the first one, and those of redirects
/// @param type its media type
record WebPage(List<WebUrl> hops, String type, Content content) {
  WebPage {
    hops = List.copyOf(hops);
  }

  /// What is read.
  sealed interface Content {
    /// About how much memory it takes, in bytes.
    long size();
  }

  /// @param title may be empty
  /// @param cut whether the text is not the whole content
  record Text(String title, String text, boolean cut) implements Content {
    @Override
    public long size() {
      return 2L * (text.length() + title.length());
    }
  }

  /// @param type one that models accept
  record Picture(String type, String base64) implements Content {
    @Override
    public long size() {
      return base64.length();
    }
  }

  /// The URL that answered.
  WebUrl url() {
    return hops.getLast();
  }
}
