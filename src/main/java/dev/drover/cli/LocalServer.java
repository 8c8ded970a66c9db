package dev.drover.cli;

import dev.drover.base.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/// The server of this machine according to the settings; it need not be running.
///
/// @param url the address on which it would listen
/// @param key the API key from the settings or the file; empty if there is none yet
/// @param keyFile the file of the key if no setting names one
public record LocalServer(URI url, Optional<Secret> key, Path keyFile) {}
