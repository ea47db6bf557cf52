"""The application as servers import it: `uvicorn app.asgi:app`."""

import gc

from app.main import configure_logging, create_app
from app.settings import Settings

settings = Settings()
configure_logging(settings.log_level)
app = create_app(settings)
# What importing made stays; looking through it again and again cost 100 ms each time.
gc.freeze()
