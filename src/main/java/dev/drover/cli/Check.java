package dev.drover.cli;

/// The result of one check of the doctor.
///
/// @param detail what was found, in one line
/// @param fix what to do, in one or more lines; empty if the check passed
public record Check(String name, boolean ok, String detail, String fix) {}
