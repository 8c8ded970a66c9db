package dev.drover.profile;

/// What the versions of the operator's profiles have stood for, for all nodes of a database.
/// Durable when a call returns; safe for many threads.
public interface ProfileVersions {
  /// Remembers the hash of a version, unless one is remembered.
  ///
  /// @return the hash that is remembered from now on
  String remember(String name, int version, String hash);
}
