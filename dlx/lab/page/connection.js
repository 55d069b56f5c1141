/** The connection of the page to the lab: a socket that comes back, and JSON over GET. */

import { LANGUAGE } from "./texts.js";

const PAUSES = [200, 500, 1000, 2000]; // milliseconds before it is tried again
const TAKEN = 4000; // the socket's word for a page that is open elsewhere

/** An id by which this tab finds its playground again when it is loaded anew. */
function pageId(isFresh) {
  let id = isFresh ? null : sessionStorage.getItem("page");
  if (!id) {
    id = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    sessionStorage.setItem("page", id);
  }
  return id;
}

/** Connect; `onMessage` takes each document, `onState` whether the lab is there, or what is in its way. Returns the function that sends. */
export function connect(onMessage, onState) {
  let socket = null;
  let tries = 0;
  let isFresh = false;
  let fault = "";

  function open() {
    const address = new URL(`socket?page=${pageId(isFresh)}&lang=${LANGUAGE}`, location.href.replace(/[?#].*/, ""));
    address.protocol = "ws:";
    isFresh = false;
    socket = new WebSocket(address);
    socket.onopen = () => {
      socket.send(JSON.stringify({ do: "hello" }));
    };
    socket.onmessage = (event) => {
      const message = JSON.parse(event.data);
      fault = message.about === "fault" ? message.text : "";
      if (fault) return; // the lab closes the socket then
      tries = 0;
      onState(true);
      onMessage(message);
    };
    socket.onclose = (event) => {
      if (event.code === TAKEN) isFresh = true; // a tab that was duplicated has the id of the first
      else onState(false, fault);
      fault = "";
      setTimeout(open, PAUSES[Math.min(tries++, PAUSES.length - 1)]);
    };
  }

  open();
  return (message) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    else if (socket.readyState === WebSocket.CONNECTING) socket.addEventListener("open", () => socket.send(JSON.stringify(message)));
  };
}

/** The document at a path of the lab. */
export async function get(path, parameters = []) {
  const address = new URL(path, location.href.replace(/[?#].*/, ""));
  address.searchParams.set("lang", LANGUAGE);
  for (const [name, value] of parameters) address.searchParams.append(name, value);
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the lab answers ${response.status}`);
  return response.json();
}
