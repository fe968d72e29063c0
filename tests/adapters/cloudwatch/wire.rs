//! A scripted CloudWatch on loopback: RPC v2 CBOR over plain HTTP/1.1, one answer a connection.

use std::{
    collections::{BTreeMap, VecDeque},
    pin::Pin,
    sync::{Arc, Mutex},
};

use cockpit::ports::Clock;
use jiff::{SignedDuration, Timestamp};
use minicbor::{Decoder, Encoder, data::Type};
use serde_json::{Map, Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A request as it came.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) path: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Value,
}

impl Request {
    /// The id under which a metric and statistic (`RequestCount Sum`) is asked for.
    pub(super) fn id(&self, series: &str) -> Option<String> {
        let (metric, statistic) = series.rsplit_once(' ').unwrap();
        self.queries().iter().find_map(|query| {
            let stat = &query["MetricStat"];
            (stat["Metric"]["MetricName"] == metric && stat["Stat"] == statistic)
                .then(|| query["Id"].as_str().unwrap().to_owned())
        })
    }

    pub(super) fn queries(&self) -> Vec<Value> {
        self.body["MetricDataQueries"]
            .as_array()
            .cloned()
            .unwrap_or_default()
    }
}

type Build = Box<dyn Fn(&Request) -> Vec<u8> + Send>;

/// What the server does with a request.
pub(super) enum Reply {
    /// 200 with a CBOR body made from the request.
    Fine(Build),
    /// An error document.
    Error {
        status: u16,
        code: &'static str,
        message: &'static str,
        headers: &'static str,
    },
    /// These bytes, then the end of the connection.
    Raw(Vec<u8>),
    /// No answer.
    Silence,
}

/// The server's side of a test.
pub(super) struct Server {
    pub(super) address: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Answers with `replies` in turn; what is asked beyond them is answered with a 500 that no test expects.
    pub(super) async fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let mut replies: VecDeque<Reply> = replies.into();
        tokio::spawn(async move {
            let mut silent = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(request) = read(&mut stream).await else {
                    continue;
                };
                seen.lock().unwrap().push(request.clone());
                match bytes(replies.pop_front(), &request) {
                    Some(bytes) => {
                        stream.write_all(&bytes).await.ok();
                        stream.shutdown().await.ok();
                    }
                    None => silent.push(stream),
                }
            }
        });
        Self { address, requests }
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

fn bytes(reply: Option<Reply>, request: &Request) -> Option<Vec<u8>> {
    match reply {
        Some(Reply::Fine(build)) => Some(http(200, "", &build(request))),
        Some(Reply::Error {
            status,
            code,
            message,
            headers,
        }) => {
            let mut out = Encoder::new(Vec::new());
            out.map(2)
                .unwrap()
                .str("__type")
                .unwrap()
                .str(code)
                .unwrap();
            out.str("message").unwrap().str(message).unwrap();
            Some(http(status, headers, &out.into_writer()))
        }
        Some(Reply::Raw(bytes)) => Some(bytes),
        Some(Reply::Silence) => None,
        None => Some(http(500, "", b"unexpected")),
    }
}

pub(super) fn http(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/cbor\r\nsmithy-protocol: rpc-v2-cbor\r\n\
         {headers}content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut raw = Vec::new();
    let end = loop {
        let mut part = [0; 4096];
        let count = stream
            .read(&mut part)
            .await
            .ok()
            .filter(|count| *count > 0)?;
        raw.extend_from_slice(&part[..count]);
        if let Some(at) = raw.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
    };
    let head = String::from_utf8(raw[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers.get("content-length")?.parse().unwrap();
    let mut body = raw[end..].to_vec();
    while body.len() < length {
        let mut part = [0; 4096];
        let count = stream
            .read(&mut part)
            .await
            .ok()
            .filter(|count| *count > 0)?;
        body.extend_from_slice(&part[..count]);
    }
    let body = decode(&mut Decoder::new(&body));
    Some(Request {
        path,
        headers,
        body,
    })
}

fn decode(from: &mut Decoder<'_>) -> Value {
    match from.datatype().unwrap() {
        Type::Map | Type::MapIndef => {
            let length = from.map().unwrap();
            let mut map = Map::new();
            while more(from, length, map.len()) {
                let key = from.str().unwrap().to_owned();
                map.insert(key, decode(from));
            }
            Value::Object(map)
        }
        Type::Array | Type::ArrayIndef => {
            let length = from.array().unwrap();
            let mut items = Vec::new();
            while more(from, length, items.len()) {
                items.push(decode(from));
            }
            Value::Array(items)
        }
        Type::String => json!(from.str().unwrap()),
        Type::Bool => json!(from.bool().unwrap()),
        Type::F16 | Type::F32 | Type::F64 => json!(from.f64().unwrap()),
        Type::Tag => {
            assert_eq!(from.tag().unwrap().as_u64(), 1, "a timestamp is tag 1");
            decode(from)
        }
        _ => json!(from.i64().unwrap()),
    }
}

fn more(from: &mut Decoder<'_>, length: Option<u64>, had: usize) -> bool {
    match length {
        Some(length) => (had as u64) < length,
        None if from.datatype().unwrap() == Type::Break => {
            from.skip().unwrap();
            false
        }
        None => true,
    }
}

/// One result of a metric data answer.
pub(super) struct Series<'a> {
    pub(super) id: String,
    pub(super) status: &'a str,
    pub(super) message: Option<&'a str>,
    pub(super) points: Vec<(i64, f64)>,
}

impl<'a> Series<'a> {
    pub(super) fn complete(id: String, points: &[(i64, f64)]) -> Self {
        Self {
            id,
            status: "Complete",
            message: None,
            points: points.to_vec(),
        }
    }

    pub(super) fn with(mut self, status: &'a str, message: Option<&'a str>) -> Self {
        self.status = status;
        self.message = message;
        self
    }
}

/// The body of a `GetMetricData` answer; points are `(minute, value)`.
pub(super) fn data(results: &[Series<'_>], next: Option<&str>) -> Vec<u8> {
    let mut out = Encoder::new(Vec::new());
    out.map(1 + u64::from(next.is_some())).unwrap();
    out.str("MetricDataResults")
        .unwrap()
        .array(results.len() as u64)
        .unwrap();
    for result in results {
        out.map(4 + u64::from(result.message.is_some())).unwrap();
        out.str("Id").unwrap().str(&result.id).unwrap();
        out.str("StatusCode").unwrap().str(result.status).unwrap();
        out.str("Timestamps")
            .unwrap()
            .array(result.points.len() as u64)
            .unwrap();
        for (minute, _) in &result.points {
            out.tag(minicbor::data::Tag::new(1))
                .unwrap()
                .i64(minute * 60)
                .unwrap();
        }
        out.str("Values")
            .unwrap()
            .array(result.points.len() as u64)
            .unwrap();
        for (_, value) in &result.points {
            out.f64(*value).unwrap();
        }
        if let Some(message) = result.message {
            out.str("Messages")
                .unwrap()
                .array(1)
                .unwrap()
                .map(2)
                .unwrap();
            out.str("Code").unwrap().str("ArithmeticError").unwrap();
            out.str("Value").unwrap().str(message).unwrap();
        }
    }
    if let Some(next) = next {
        out.str("NextToken").unwrap().str(next).unwrap();
    }
    out.into_writer()
}

/// The body of a `DescribeAlarms` answer: `(name, state)` of metric and of composite alarms.
pub(super) fn alarms(
    metric: &[(&str, &str)],
    composite: &[(&str, &str)],
    next: Option<&str>,
) -> Vec<u8> {
    let mut out = Encoder::new(Vec::new());
    out.map(2 + u64::from(next.is_some())).unwrap();
    for (kind, alarms) in [("MetricAlarms", metric), ("CompositeAlarms", composite)] {
        out.str(kind).unwrap().array(alarms.len() as u64).unwrap();
        for (name, state) in alarms {
            out.map(4).unwrap();
            out.str("AlarmName").unwrap().str(name).unwrap();
            out.str("StateValue").unwrap().str(state).unwrap();
            out.str("StateReason")
                .unwrap()
                .str("Threshold \u{1b}[31mcrossed")
                .unwrap();
            out.str("StateTransitionedTimestamp").unwrap();
            out.tag(minicbor::data::Tag::new(1))
                .unwrap()
                .f64(1_700_000_000.0)
                .unwrap();
        }
    }
    if let Some(next) = next {
        out.str("NextToken").unwrap().str(next).unwrap();
    }
    out.into_writer()
}

/// A clock that stands, and jumps to where someone sleeps.
#[derive(Debug)]
pub(super) struct StandingClock {
    at: Mutex<Timestamp>,
    slept: Mutex<SignedDuration>,
}

impl StandingClock {
    pub(super) fn at(at: Timestamp) -> Arc<Self> {
        Arc::new(Self {
            at: Mutex::new(at),
            slept: Mutex::new(SignedDuration::ZERO),
        })
    }

    pub(super) fn slept(&self) -> SignedDuration {
        *self.slept.lock().unwrap()
    }
}

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        *self.at.lock().unwrap()
    }

    fn sleep_until(&self, until: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let mut at = self.at.lock().unwrap();
        if until > *at {
            *self.slept.lock().unwrap() += at.duration_until(until);
            *at = until;
        }
        Box::pin(std::future::ready(()))
    }
}
