"""The public resources: one file each, and here the list of them."""

from fastapi import APIRouter

from app.resources import (
    actors,
    agreements,
    alignment,
    blocs,
    countries,
    datasets,
    documents,
    events,
    finding,
    groups,
    matrix,
    opinions,
    organizations,
    people,
    positions,
    questions,
    topics,
)

RESOURCES: tuple[APIRouter, ...] = (
    finding.router,
    countries.router,
    organizations.router,
    people.router,
    groups.router,
    actors.router,
    agreements.router,
    topics.router,
    questions.router,
    opinions.router,
    positions.router,
    events.router,
    documents.router,
    datasets.router,
    alignment.router,
    matrix.router,
    blocs.router,
)
