//! One connection of Socket Mode: acknowledges each envelope before anything else is done about it, then tells what was in it.
//! A click is acknowledged once it outlives this process.

use std::{sync::Arc, time::Duration};

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::Url;
use rustls::{ClientConfig, pki_types::ServerName};
use rustls_platform_verifier::BuilderVerifierExt as _;
use serde::Deserialize;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::mpsc,
    time::timeout,
};
use tokio_rustls::TlsConnector;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

use super::{
    ears::Ears,
    envelope::{Frame, acknowledgement, asks_again, read},
    web::Web,
};
use crate::domain::{Fault, FaultKind, chat::Click};

/// Largest frame and message; a click is some kilobytes.
const MOST: usize = 256 * 1024;
/// Longest time to connect, real.
const CONNECT: Duration = Duration::from_secs(15);
/// Slack's own pings come every few seconds: after longer silence the line is asked whether it lives. Real time.
const SILENCE: Duration = Duration::from_secs(30);
/// Questions in a row without an answer that make a line dead.
const ASKED: u32 = 2;

/// Why there is no line where the app has none.
const SWITCHED_OFF: &str = "Socket Mode is switched off: switch it on in the app's settings";

/// Bytes both ways.
pub(super) trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// An open connection.
pub(super) type Socket = WebSocketStream<Box<dyn Wire>>;

/// What a connection tells of itself.
#[derive(Debug)]
pub(super) enum Notice {
    /// It is good.
    Hello,
    /// It will be closed: another one is wanted now.
    Refresh,
    /// A click; it was acknowledged.
    Click(Box<Click>),
    /// It is gone.
    Closed(Fault),
}

/// Asks for an address and connects to it.
pub(super) async fn connect(web: &Web) -> Result<Socket, Fault> {
    #[derive(Deserialize)]
    struct Opened {
        url: String,
    }
    let what = "Slack: a socket for clicks";
    let opened: Opened = web.call_as_app("apps.connections.open", what).await?;
    let connected = timeout(CONNECT, dial(web, &opened.url)).await;
    connected.unwrap_or_else(|_| Err(Fault::new(FaultKind::TimedOut, what, "no connection")))
}

async fn dial(web: &Web, address: &str) -> Result<Socket, Fault> {
    let what = "Slack: a socket for clicks";
    let fault = |kind, detail: &dyn std::fmt::Display| Fault::new(kind, what, detail.to_string());
    // The address holds a ticket: it is in no message.
    let wrong = |why: &str| Fault::new(FaultKind::Malformed, what, why);
    let url = Url::parse(address).map_err(|_| wrong("Slack gave no address"))?;
    let is_safe = url.scheme() == "wss";
    let is_local = url.scheme() == "ws" && web.is_local();
    if !is_safe && !is_local {
        return Err(wrong("the address is without encryption"));
    }
    let host = url
        .host_str()
        .ok_or_else(|| wrong("the address has no host"))?;
    let host = host.trim_matches(['[', ']']).to_owned();
    let port = url.port().unwrap_or(if is_safe { 443 } else { 80 });
    let plain = TcpStream::connect((host.as_str(), port))
        .await
        .map_err(|error| fault(FaultKind::Offline, &error))?;
    let wire: Box<dyn Wire> = if is_safe {
        let tls = tls().map_err(|error| fault(FaultKind::Local, &error))?;
        let name = ServerName::try_from(host).map_err(|_| wrong("the host is no name"))?;
        let stream = tls.connect(name, plain).await;
        Box::new(stream.map_err(|error| fault(FaultKind::Offline, &error))?)
    } else {
        Box::new(plain)
    };
    let mut bounds = WebSocketConfig::default();
    bounds.max_message_size = Some(MOST);
    bounds.max_frame_size = Some(MOST);
    let shaken = client_async_with_config(url.as_str(), wire, Some(bounds)).await;
    // An answer's headers could repeat the ticket.
    let (socket, _) = shaken.map_err(|_| fault(FaultKind::Server, &"the handshake failed"))?;
    Ok(socket)
}

fn tls() -> Result<TlsConnector, rustls::Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Listens until the connection ends, or nobody wants its notices any more.
pub(super) async fn listen(mut socket: Socket, ears: Arc<Ears>, notices: mpsc::Sender<Notice>) {
    let mut was_asked = false;
    let mut unanswered = 0;
    let why = loop {
        let next = tokio::select! {
            next = timeout(SILENCE, socket.next()) => next,
            () = notices.closed() => return,
        };
        let message = match next {
            Err(_) if unanswered < ASKED => {
                unanswered += 1;
                // Any server answers it, and what cannot be sent is heard at the next look.
                let ping = socket.send(Message::Ping(Vec::new().into()));
                let _ = timeout(SILENCE, ping).await;
                continue;
            }
            Err(_) => break "nothing was heard for a while".to_owned(),
            Ok(None) => break "Slack closed the connection".to_owned(),
            Ok(Some(Err(error))) => break error.to_string(),
            Ok(Some(Ok(message))) => message,
        };
        unanswered = 0;
        let text = match &message {
            Message::Text(text) => text.as_str(),
            Message::Close(_) => break "Slack closed the connection".to_owned(),
            // A ping is answered by the protocol.
            Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {
                continue;
            }
        };
        let notice = match read(text) {
            Frame::Hello => Notice::Hello,
            Frame::SwitchedOff => break SWITCHED_OFF.to_owned(),
            // Slack warns of an end, and then asks for it: one new line is enough.
            Frame::Disconnect if std::mem::replace(&mut was_asked, true) => continue,
            Frame::Disconnect => Notice::Refresh,
            Frame::Blank(id) => {
                if let Err(error) = socket.send(Message::text(asks_again(&id))).await {
                    break error.to_string();
                }
                continue;
            }
            Frame::Envelope(id, click) => {
                if let Some(click) = &click
                    && !ears.take(click).await
                {
                    continue;
                }
                let owed = Message::text(acknowledgement(&id));
                if let Err(error) = socket.send(owed).await {
                    // It comes again over the next connection, and is told then.
                    break error.to_string();
                }
                match click {
                    Some(click) => Notice::Click(Box::new(click)),
                    None => continue,
                }
            }
            Frame::Other => continue,
        };
        if notices.send(notice).await.is_err() {
            return;
        }
    };
    let fault = Fault::new(FaultKind::Offline, "Slack: the socket for clicks", why);
    // Nobody may be left to be told.
    let _ = notices.send(Notice::Closed(fault)).await;
}

#[cfg(test)]
mod tests {
    use tokio::io::duplex;
    use tokio_tungstenite::tungstenite::protocol::Role;

    use super::*;
    use crate::adapters::slack::keeping::Keeping;

    /// What is told of a line to a server that never says a word of its own, within ten minutes.
    async fn told(answers: bool) -> Option<Notice> {
        let (ours, theirs) = duplex(4_096);
        let ours: Box<dyn Wire> = Box::new(ours);
        let line = WebSocketStream::from_raw_socket(ours, Role::Client, None).await;
        let mut server = WebSocketStream::from_raw_socket(theirs, Role::Server, None).await;
        let serving = tokio::spawn(async move {
            if !answers {
                std::future::pending::<()>().await;
            }
            // The protocol answers a ping while it is read.
            while let Some(Ok(_)) = server.next().await {}
        });
        let ears = Arc::new(Ears::new(Keeping::default()));
        let (notices, mut heard) = mpsc::channel(4);
        let listening = tokio::spawn(listen(line, ears, notices));
        let told = timeout(Duration::from_mins(10), heard.recv()).await;
        serving.abort();
        listening.abort();
        told.ok().flatten()
    }

    #[tokio::test(start_paused = true)]
    async fn a_line_on_which_nothing_happens_is_asked_and_only_one_that_does_not_answer_is_dead() {
        assert!(told(true).await.is_none(), "it lives");
        let Some(Notice::Closed(fault)) = told(false).await else {
            panic!("it is dead");
        };
        assert!(fault.to_string().contains("nothing was heard"), "{fault}");
    }
}
