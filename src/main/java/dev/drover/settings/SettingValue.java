package dev.drover.settings;

import dev.drover.base.Json;
import java.util.Optional;

/// A setting and its value in effect. For a secret, it only contains whether it is set.
///
/// @param path the name in the file, with dots between its keys
/// @param variable the environment variable that sets it; empty if there is none
/// @param value empty if it is not set, or secret
/// @param usual the default; empty if there is none, or if it depends on the machine
/// @param hidden whether it is set to a value that must not be shown
public record SettingValue(
    String path,
    Optional<String> variable,
    Optional<Json> value,
    Optional<Json> usual,
    boolean hidden,
    ValueSource source) {}
