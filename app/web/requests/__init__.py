"""Running a request: the service, the context, the executor, keys and limits."""
