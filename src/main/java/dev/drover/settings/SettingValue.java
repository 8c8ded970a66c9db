package dev.drover.settings;

import dev.drover.base.Json;
import java.util.Optional;

/// A setting as it is in effect. Holds no secret: of one it is only known whether it is set.
///
/// @param path the name in the file, with dots between its keys
/// @param variable the environment variable that sets it; empty: there is none
/// @param value empty: it is not set, or secret
/// @param usual the default; empty: there is none that is the same everywhere
/// @param hidden whether it is set to something that must not be shown
public record SettingValue(
    String path,
    Optional<String> variable,
    Optional<Json> value,
    Optional<Json> usual,
    boolean hidden,
    ValueSource source) {}
