"""The application as servers import it: `uvicorn app.asgi:app`."""

from app.startup import collector_paused

with collector_paused():
    from app.logs import configure_logging
    from app.main import create_app
    from app.settings import Settings

    settings = Settings()
    configure_logging(settings.log_level)
    app = create_app(settings)
