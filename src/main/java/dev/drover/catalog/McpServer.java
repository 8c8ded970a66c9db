package dev.drover.catalog;

import java.net.URI;

/// A server of tools that speaks the Model Context Protocol, as an agent names it.
///
/// @param name unique within the agent; 1 to 255 characters
/// @param url where it is reached, over http or https
public record McpServer(String name, URI url) {}
