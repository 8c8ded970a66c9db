/// THE BASIS that all parts may use and that uses none of them: ids, JSON, problems, scopes,
/// waiting. Each of the few types has its reason. Only this package uses the JSON library.
@NullMarked
package dev.drover.base;

import org.jspecify.annotations.NullMarked;
