package dev.drover.session;

/// An amount of US dollars in whole cents, 0 or more.
public record Money(long cents) {}
