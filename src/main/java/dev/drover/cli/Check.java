package dev.drover.cli;

/// One thing that the doctor looked at.
///
/// @param detail what was found, in a line
/// @param fix what to do about it, in one or more lines; empty when all is well
public record Check(String name, boolean ok, String detail, String fix) {}
