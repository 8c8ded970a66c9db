/// The web tools: `web_fetch` reads pages of the public web, `web_search` asks a search engine of
/// the operator. What a page says is data for the model; nothing here follows its instructions or
/// runs its scripts.
@NullMarked
package dev.drover.web;

import org.jspecify.annotations.NullMarked;
