"""What a request runs with: the service, its context, the executor, keys and limits."""
