// All families, in one process: the last one looks at what the others called.
import './families/agents.mjs';
import './families/environments.mjs';
import './families/models.mjs';
import './families/sessions.mjs';
import './families/events.mjs';
import './families/turns.mjs';
import './families/budgets.mjs';
import './families/streams.mjs';
import './families/errors.mjs';
import './families/scope.mjs';
