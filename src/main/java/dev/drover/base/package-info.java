/// What every part may use and that uses none of ours: ids, JSON, problems, scopes, waiting. Few
/// types, each with a reason. The JSON library is named here and nowhere else.
@NullMarked
package dev.drover.base;

import org.jspecify.annotations.NullMarked;
