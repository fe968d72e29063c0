//! A world on a loopback port: HTTP/1.1, GitHub's REST API below `/api/v3` and CloudWatch at the root.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Query, State},
    http::{Request, StatusCode, header::HeaderName},
    response::Response,
    routing::get,
};
use jiff::SignedDuration;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use super::{
    ask::{Ask, Reply},
    listener::{CutListener, Scissors},
    socket,
    world::World,
};

/// Largest request that is read.
const MOST: usize = 1024 * 1024;

/// A world that answers at an address. Dropping it stops it.
#[derive(Debug)]
pub struct Served {
    /// Where it listens.
    pub address: SocketAddr,
    world: Arc<World>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Served {
    /// `http://127.0.0.1:PORT`: CloudWatch's endpoint, and what the GitHub base hangs on.
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The base of the GitHub API.
    pub fn github(&self) -> String {
        format!("{}/api/v3", self.base())
    }

    /// The world behind the port.
    pub fn world(&self) -> &Arc<World> {
        &self.world
    }

    /// Stops listening and waits until open answers are out.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            // The receiver is gone only where the server has ended already.
            let _ = stop.send(());
        }
        // A server that panicked has nothing left to wait for.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

/// Serves on a free loopback port, on the caller's runtime.
pub async fn serve(world: Arc<World>) -> std::io::Result<Served> {
    serve_at(world, 0).await
}

/// Serves on that loopback port; 0 is a free one.
pub async fn serve_at(world: Arc<World>, port: u16) -> std::io::Result<Served> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let address = listener.local_addr()?;
    let router = Router::new()
        .route("/slack/socket", get(socket::upgrade))
        .fallback(handle)
        .with_state(Arc::clone(&world));
    let service = router.into_make_service_with_connect_info::<Scissors>();
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(async move {
        let until = async move {
            let _ = stopped.await;
        };
        // axum's server ends only by its shutdown signal; accept errors are retried inside.
        let _ = axum::serve(CutListener(listener), service)
            .with_graceful_shutdown(until)
            .await;
    });
    Ok(Served {
        address,
        world,
        stop: Some(stop),
        task,
    })
}

async fn handle(
    State(world): State<Arc<World>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    request: Request<Body>,
) -> Response {
    let reply = match read(request).await {
        Some(ask) => world.answer(&ask),
        None => Reply::refusal(413, "Payload Too Large"),
    };
    if reply.delay > 0 {
        let clock = world.clock();
        clock
            .sleep_until(clock.now() + SignedDuration::from_secs(reply.delay))
            .await;
    }
    if reply.cut {
        scissors.cut();
    }
    write(reply)
}

async fn read(request: Request<Body>) -> Option<Ask> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MOST).await.ok()?;
    let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
        .map(|Query(pairs)| pairs)
        .unwrap_or_default();
    let mut headers = std::collections::BTreeMap::new();
    for (name, value) in &parts.headers {
        let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
        headers.entry(name.as_str().to_owned()).or_insert(text);
    }
    Some(Ask {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query,
        headers,
        body: body.to_vec(),
    })
}

fn write(reply: Reply) -> Response {
    let mut response = Response::new(Body::from(reply.body));
    // A cut reply has no status of its own; it is never seen.
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::BAD_GATEWAY);
    for (name, value) in reply.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), value.try_into()) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
