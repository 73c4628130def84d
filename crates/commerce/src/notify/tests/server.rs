//! A mail server that takes mails, or behaves badly in the way that it is told to.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// How it behaves to the next connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manners {
    Good,
    /// Hangs up at once.
    HangsUp,
    /// Says nothing.
    Silent,
    /// Says something else.
    Garbage,
    /// Says hello without an end.
    Endless,
    /// Greets with a refusal.
    Closed,
    /// Takes nothing for this recipient now.
    Later,
    /// Takes nothing for this recipient ever.
    Never,
    /// Hangs when it has half of the body.
    HangsInBody,
    /// Takes a mail, and hangs up without saying so.
    TakesAndHangsUp,
    /// Takes a mail, and its answer is a refusal for now.
    FullDisk,
}

/// A mail that was taken: its recipient and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) to: String,
    pub(super) text: String,
}

impl Taken {
    pub(super) fn header(&self, name: &str) -> String {
        let line = self.text.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_default().to_owned()
    }
}

/// The server.
#[derive(Debug, Clone)]
pub(super) struct Server {
    pub(super) url: String,
    manners: Arc<Mutex<Manners>>,
    taken: Arc<Mutex<Vec<Taken>>>,
}

impl Server {
    pub(super) async fn start(manners: Manners) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let server = Self { url, manners: Arc::new(Mutex::new(manners)), taken: Arc::default() };
        let own = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let own = own.clone();
                // What a client leaves in the middle ends with an error here.
                tokio::spawn(async move { own.talk(stream).await });
            }
        });
        server
    }

    pub(super) fn behave(&self, manners: Manners) {
        *self.manners.lock().unwrap() = manners;
    }

    pub(super) fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }

    async fn talk(&self, stream: TcpStream) -> std::io::Result<()> {
        let manners = *self.manners.lock().unwrap();
        let mut stream = BufReader::new(stream);
        match manners {
            Manners::HangsUp => return Ok(()),
            Manners::Silent => return hang().await,
            Manners::Garbage => stream.write_all(b"\xff\xfe HTTP/1.1 200 OK\r\n\r\n").await?,
            Manners::Endless => loop {
                stream.write_all(&[b'2'; 4_096]).await?;
            },
            Manners::Closed => stream.write_all(b"554 go away\r\n").await?,
            _ => stream.write_all(b"220 here\r\n").await?,
        }
        let mut to = String::new();
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let answer: &[u8] = match line.get(..4).unwrap_or_default() {
                "EHLO" => b"250-here\r\n250 8BITMIME\r\n",
                "RCPT" if manners == Manners::Later => b"451 not now\r\n",
                "RCPT" if manners == Manners::Never => b"550 no such person\r\n",
                "RCPT" => {
                    to = line.trim_start_matches("RCPT TO:<").trim_end().trim_end_matches('>').to_owned();
                    b"250 ok\r\n"
                }
                "DATA" => {
                    stream.write_all(b"354 go on\r\n").await?;
                    if self.take(&mut stream, &to, manners).await? {
                        b"250 taken\r\n"
                    } else {
                        b"452 no room\r\n"
                    }
                }
                "QUIT" => b"221 bye\r\n",
                _ => b"250 ok\r\n",
            };
            stream.write_all(answer).await?;
        }
    }

    /// Reads a body; whether it is taken.
    async fn take(
        &self,
        stream: &mut BufReader<TcpStream>,
        to: &str,
        manners: Manners,
    ) -> std::io::Result<bool> {
        let mut text = String::new();
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Err(std::io::Error::other("it ended in its middle"));
            }
            if line == ".\r\n" {
                break;
            }
            text.push_str(line.strip_prefix('.').unwrap_or(&line));
            if manners == Manners::HangsInBody && text.len() > 200 {
                hang().await?;
            }
        }
        if manners == Manners::FullDisk {
            return Ok(false);
        }
        self.taken.lock().unwrap().push(Taken { to: to.to_owned(), text });
        match manners {
            Manners::TakesAndHangsUp => Err(std::io::Error::other("it hangs up")),
            _ => Ok(true),
        }
    }
}

async fn hang() -> std::io::Result<()> {
    tokio::time::sleep(Duration::from_secs(60)).await;
    Ok(())
}
