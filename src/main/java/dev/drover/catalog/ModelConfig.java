package dev.drover.catalog;

import java.util.Optional;

/// Which model an agent thinks with.
///
/// @param effort one of `low`, `medium`, `high`, `xhigh`, `max`; empty: the model's own default
/// @param speed `standard`
public record ModelConfig(String id, Optional<String> effort, String speed) {}
