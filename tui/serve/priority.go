package serve

// niceness is that of this process. Beside a thread that trains it gets a thirtieth
// of a core; with 19 it would get nothing, and viewers wait.
const niceness = 15
