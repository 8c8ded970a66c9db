package dev.drover.cli;

import dev.drover.base.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/// What the settings of this machine say of the server that runs on it, if one does.
///
/// @param url where it would listen
/// @param key its API key, from the settings or from its file; empty: none was made yet
/// @param keyFile where a key that no setting names is kept
public record LocalServer(URI url, Optional<Secret> key, Path keyFile) {}
