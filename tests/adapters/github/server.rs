//! A scripted HTTP server on loopback: one request a connection, answers as a function of what came, all of it logged.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self
            .headers
            .iter()
            .filter(|(n, _)| n.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.as_str())
    }

    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}

/// An answer, whole or broken.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    end: End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Whole,
    /// Half of the body that was announced, then a close.
    Cut,
    /// A close without a word.
    Closed,
    /// Nothing, until the client gives up.
    Silent,
}

impl Reply {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("content-type".into(), "application/json".into())],
            body: body.into(),
            end: End::Whole,
        }
    }

    pub(crate) fn json(value: &serde_json::Value) -> Self {
        Self::new(200, value.to_string())
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn cut(self) -> Self {
        Self {
            end: End::Cut,
            ..self
        }
    }

    pub(crate) fn closed() -> Self {
        Self {
            end: End::Closed,
            ..Self::new(200, "")
        }
    }

    pub(crate) fn silent() -> Self {
        Self {
            end: End::Silent,
            ..Self::new(200, "")
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut lines = vec![
            format!("HTTP/1.1 {} X", self.status),
            "connection: close".to_owned(),
        ];
        if self.status != 204 && self.status != 304 {
            lines.push(format!("content-length: {}", self.body.len()));
        }
        lines.extend(
            self.headers
                .iter()
                .map(|(name, value)| format!("{name}: {value}")),
        );
        let mut out = (lines.join("\r\n") + "\r\n\r\n").into_bytes();
        let most = if self.end == End::Cut {
            self.body.len() / 2
        } else {
            self.body.len()
        };
        out.extend_from_slice(&self.body[..most]);
        out
    }
}

type Script = Arc<dyn Fn(&Seen, usize) -> Reply + Send + Sync>;

/// The server; it ends when it is dropped.
pub(crate) struct Server {
    /// `http://127.0.0.1:PORT`.
    pub(crate) origin: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Answers each request with what `script` makes of it and of its number, from 0.
    pub(crate) async fn start(
        script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (script, log): (Script, _) = (Arc::new(script), seen.clone());
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, script.clone(), log.clone()));
            }
        });
        Self { origin, seen, task }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut socket: TcpStream, script: Script, log: Arc<Mutex<Vec<Seen>>>) {
    let Some(request) = read(&mut socket).await else {
        return;
    };
    let reply = {
        let mut log = log.lock().unwrap();
        let number = log.len();
        log.push(request.clone());
        script(&request, number)
    };
    match reply.end {
        End::Closed => {}
        End::Silent => {
            // Until the client closes.
            let _ = socket.read(&mut [0; 1]).await;
        }
        End::Whole | End::Cut => {
            let _ = socket.write_all(&reply.bytes()).await;
            let _ = socket.shutdown().await;
        }
    }
}

async fn read(socket: &mut TcpStream) -> Option<Seen> {
    let mut raw = Vec::new();
    let head_end = loop {
        if let Some(at) = raw.windows(4).position(|w| w == b"\r\n\r\n") {
            break at;
        }
        if socket.read_buf(&mut raw).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&raw[..head_end]).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let length = headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.parse::<usize>().ok())
        .unwrap_or(0);
    while raw.len() < head_end + 4 + length {
        if socket.read_buf(&mut raw).await.ok()? == 0 {
            return None;
        }
    }
    let body = String::from_utf8_lossy(&raw[head_end + 4..]).into_owned();
    Some(Seen {
        method,
        target,
        headers,
        body,
    })
}
