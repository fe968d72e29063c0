//! Slack's Socket Mode on the wire: frames out as the world owes them, frames in as the client sends them.

use std::sync::Arc;

use axum::{
    extract::{
        Query, State,
        ws::{Message, WebSocket, WebSocketUpgrade},
    },
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use jiff::SignedDuration;

use super::world::World;

/// Between two looks for frames: the world's time, and never less than some real milliseconds of it.
const LOOK_MILLIS: f64 = 250.0;
const REAL_MILLIS: f64 = 15.0;

/// Opens a socket for whoever brings a ticket.
pub(super) async fn upgrade(
    State(world): State<Arc<World>>,
    Query(query): Query<Vec<(String, String)>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let ticket = query.iter().find(|(name, _)| name == "ticket");
    let ticket = ticket.map_or("", |(_, ticket)| ticket.as_str());
    match world.connect(ticket) {
        Some(socket) => upgrade.on_upgrade(move |line| talk(world, socket, line)),
        None => StatusCode::FORBIDDEN.into_response(),
    }
}

async fn talk(world: Arc<World>, socket: u64, mut line: WebSocket) {
    while let Some(frames) = world.frames(socket) {
        for frame in frames {
            if line.send(Message::text(frame)).await.is_err() {
                return world.hang_up(socket);
            }
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "some hundred, at most some ten thousand"
        )]
        let millis = LOOK_MILLIS.max(REAL_MILLIS * world.speed()) as i64;
        let clock = world.clock();
        let next = clock.now() + SignedDuration::from_millis(millis);
        tokio::select! {
            heard = line.recv() => match heard {
                Some(Ok(Message::Text(text))) => world.heard(socket, &text),
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => {}
            },
            () = clock.sleep_until(next) => {}
        }
    }
    world.hang_up(socket);
}
