"""The textbook: FastAPI, the async ORM over an async driver, response models. Only reads."""

import json
import os
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict
from sqlalchemy import ForeignKey, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload

engine = create_async_engine(os.environ["PEER_URL"])
Session = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    """The base of the models."""


class Country(Base):
    """A country."""

    __tablename__ = "countries"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]


class Question(Base):
    """A question."""

    __tablename__ = "questions"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]


class Opinion(Base):
    """An opinion of a country."""

    __tablename__ = "opinions"
    id: Mapped[str] = mapped_column(primary_key=True)
    dataset: Mapped[str]
    revision: Mapped[int]
    recorded_at: Mapped[str]
    holder: Mapped[str] = mapped_column(ForeignKey("countries.id"))
    question: Mapped[str] = mapped_column(ForeignKey("questions.id"))
    holder_country: Mapped[str]
    stance: Mapped[str]
    score: Mapped[int | None]
    attribution: Mapped[str]
    confidence: Mapped[str | None]
    stated_earliest: Mapped[str]
    stated_latest: Mapped[str]
    body: Mapped[str]
    by: Mapped[Country] = relationship()
    on: Mapped[Question] = relationship()

    @property
    def evidence(self) -> list[dict[str, Any]]:
        """Where it is said."""
        found: list[dict[str, Any]] = json.loads(self.body)["evidence"]
        return found


class Named(BaseModel):
    """What is referred to."""

    model_config = ConfigDict(from_attributes=True)
    id: str
    name: str


class OpinionOut(BaseModel):
    """An opinion as it is answered."""

    model_config = ConfigDict(from_attributes=True)
    id: str
    dataset: str
    revision: int
    recorded_at: str
    by: Named
    on: Named
    stance: str
    score: int | None
    attribution: str
    confidence: str | None
    stated_earliest: str
    stated_latest: str
    evidence: list[dict[str, Any]]


class PageOut(BaseModel):
    """A page."""

    total: int
    items: list[OpinionOut]


async def session() -> AsyncIterator[AsyncSession]:
    """A session for each request."""
    async with Session() as opened:
        yield opened


SessionDep = Annotated[AsyncSession, Depends(session)]
app = FastAPI()


@app.get("/opinions")
async def opinions(
    db: SessionDep, country: str, stance: str, sort: str = "stated", limit: int = 20
) -> PageOut:
    """A page of opinions with a total."""
    where = (Opinion.holder_country == country, Opinion.stance == stance)
    column = Opinion.stated_earliest
    found = (
        select(Opinion)
        .where(*where)
        .options(selectinload(Opinion.by), selectinload(Opinion.on))
        .order_by(column.desc() if sort.startswith("-") else column, Opinion.id)
        .limit(limit)
    )
    total = await db.scalar(select(func.count()).select_from(Opinion).where(*where))
    items = (await db.scalars(found)).all()
    return PageOut(total=total or 0, items=[OpinionOut.model_validate(one) for one in items])


@app.get("/opinions/{opinion}")
async def opinion(db: SessionDep, opinion: str) -> OpinionOut:
    """One opinion."""
    found = await db.scalar(
        select(Opinion)
        .where(Opinion.id == opinion)
        .options(selectinload(Opinion.by), selectinload(Opinion.on))
    )
    if found is None:
        raise HTTPException(404)
    return OpinionOut.model_validate(found)
