package dev.drover.catalog;

import java.util.Optional;

/// The approximate location of an agent's user, for searches.
///
/// @param country in ISO 3166-1 alpha-2
/// @param timezone in the names of IANA
public record UserLocation(
    Optional<String> city,
    Optional<String> region,
    Optional<String> country,
    Optional<String> timezone) {}
