import './explain.css';
