package dev.drover.web;

/// A hit of a search, in plain text.
///
/// @param age when the page was published, in the words of the engine; may be empty
record SearchHit(WebUrl url, String title, String snippet, String age) {}
