package dev.drover.session;

/// A skill that is part of a repository.
///
/// @param name as its `SKILL.md` says; skills of several repositories can have one name
/// @param description what it is for
/// @param path of its `SKILL.md` in the sandbox
public record RepositorySkill(String name, String description, String path) {}
