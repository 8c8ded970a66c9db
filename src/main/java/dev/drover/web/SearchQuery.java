package dev.drover.web;

import dev.drover.catalog.UserLocation;
import java.util.Optional;

/// A search.
///
/// @param text what to search for, in the language of search engines
/// @param most the maximum number of hits
record SearchQuery(String text, int most, Optional<UserLocation> location) {}
